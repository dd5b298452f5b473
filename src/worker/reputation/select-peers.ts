import type { Location } from './haversine.ts';
import { score } from './score.ts';
import type { PeerStats } from './score.ts';

export interface SelectOptions {
  /** Lowest score that is selected, 0 to 1. Searches use `MIN_SCORE`. */
  readonly minScore: number;
  /** Number of peers to select, at most. */
  readonly limit: number;
  /** Milliseconds since the Unix epoch; the system's clock when left out. */
  readonly now?: number;
  /** Of this node; absent unless the user set one. */
  readonly ownLocation?: Location;
}

export interface RatedPeer {
  readonly stats: PeerStats;
  /** The user trusts the peer: it comes before all others, with any score. */
  readonly trusted?: boolean;
}

/**
 * Selects the best peers, best first: trusted ones, then those with at least the minimum score, by score, then by measured response
 * time, then by throughput; measured peers come before unmeasured ones. Peers equal in all of these keep their order.
 *
 * Source: ggen's selection (filter, sort descending, limit). The order of equal scores is added here: ggen's response term is 1 for
 * every time below a second, so that all good peers have equal scores.
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

/** Compares instead of subtracting, because the difference of two infinities is NaN. */
function ascending(a: number, b: number): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
