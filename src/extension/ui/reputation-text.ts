import type { PeerDetails } from '../../shared/model.ts';
import { formatRtt } from './format.ts';
import type { Localize } from './localize.ts';

/** The parts of a peer's details that explain its score. */
export type ScoredPeer = Pick<
  PeerDetails,
  'successes' | 'failures' | 'averageResponse' | 'verifiedPackages' | 'lastSeen' | 'reputationParts'
>;

/** One component of a score. */
export interface ScoreLine {
  readonly label: string;
  /** Points, maximum and reason: `0.48 of 0.50: 24 valid, 1 invalid or timed out`. */
  readonly value: string;
}

/** The components of a peer's score, which sum up to it before it is capped at 1 (ggen's reputation formula). */
export function scoreLines(peer: ScoredPeer, t: Localize, time: (at: number) => string): ScoreLine[] {
  const { success, responseTime, availability, recency, proximity } = peer.reputationParts;
  const seen = peer.lastSeen === undefined ? t('not seen yet') : t('last seen {0}', time(peer.lastSeen));
  return [
    line(t('Responses'), success, 0.5, answersText(peer, t), t),
    line(t('Response time'), responseTime, 0.25, responseTimeText(peer, t), t),
    line(t('Packages provided'), availability, 0.15, seededPackagesText(peer.verifiedPackages, t), t),
    line(t('Recency'), recency, 0.1, seen, t),
    line(t('Proximity'), proximity, 0.1, proximity === 0 ? t('location unknown or far away') : t('nearby'), t),
  ];
}

function line(label: string, points: number, max: number, why: string, t: Localize): ScoreLine {
  return { label, value: t('{0} of {1}: {2}', points.toFixed(2), max.toFixed(2), why) };
}

function answersText({ successes, failures }: ScoredPeer, t: Localize): string {
  return successes + failures === 0
    ? t('not queried yet, full score')
    : t('{0} valid, {1} invalid or timed out', successes, failures);
}

function responseTimeText({ averageResponse }: ScoredPeer, t: Localize): string {
  return averageResponse === undefined
    ? t('no response measured yet')
    : t('{0} on average', formatRtt(averageResponse));
}

function seededPackagesText(count: number, t: Localize): string {
  if (count === 0) return t('no content verified yet');
  return count === 1 ? t('content of 1 package verified') : t('content of {0} packages verified', count);
}
