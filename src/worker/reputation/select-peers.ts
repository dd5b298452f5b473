import type { Location } from './haversine.ts';
import { score } from './score.ts';
import type { PeerStats } from './score.ts';

export interface SelectOptions {
  /** Lowest score that is asked, 0 to 1. Searches use `MINIMUM_SCORE`. */
  readonly minScore: number;
  /** Most peers to choose. */
  readonly limit: number;
  /** Milliseconds since the Unix epoch; the system's clock when left out. */
  readonly now?: number;
  /** This node's place, if the user told it. */
  readonly ownLocation?: Location;
}

export interface RatedPeer {
  readonly stats: PeerStats;
  /** The user trusts it: it comes before all others, whatever its score. */
  readonly trusted?: boolean;
}

/**
 * The best peers, best first: trusted ones, then those at or above the minimum score, by score, then by measured response time, then by throughput;
 * what was not measured comes after what was. Equal in everything: in the order given.
 *
 * Source: GGEN's selection (filter, sort descending, cut). The ties are ours: its response term is 1 for everything under a
 * second, so that all good peers are equal there.
 */
export function selectPeers<Candidate extends RatedPeer>(
  candidates: readonly Candidate[],
  { minScore, limit, now = Date.now(), ownLocation }: SelectOptions,
): readonly Candidate[] {
  return candidates
    .map((candidate) => ({ candidate, stats: candidate.stats, score: score(candidate.stats, now, ownLocation) }))
    .filter(({ candidate, score: candidateScore }) => candidate.trusted === true || candidateScore >= minScore)
    .sort(
      (a, b) =>
        Number(b.candidate.trusted === true) - Number(a.candidate.trusted === true) ||
        b.score - a.score ||
        compareMeasured(a.stats, b.stats),
    )
    .slice(0, Math.max(limit, 0))
    .map(({ candidate }) => candidate);
}

function compareMeasured(a: PeerStats, b: PeerStats): number {
  const byResponse = ascending(a.averageResponse ?? Infinity, b.averageResponse ?? Infinity);
  return byResponse || ascending(b.throughput ?? -Infinity, a.throughput ?? -Infinity);
}

/** Not a difference: of two infinities that would be NaN. */
function ascending(a: number, b: number): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
