import type { PeerDetails } from '../../shared/model.ts';
import { formatRtt } from './format.ts';
import type { Localise } from './localise.ts';

/** What a peer is judged by. */
export type Judged = Pick<
  PeerDetails,
  'successes' | 'failures' | 'averageResponse' | 'verifiedPackages' | 'lastSeen' | 'reputationParts'
>;

/** One term of a score in words. */
export interface ScoreLine {
  readonly label: string;
  /** What it has of what it can have, and why: `0.48 of 0.50: 24 right, 1 wrong or late`. */
  readonly value: string;
}

/** Why a peer's score is what it is: the terms add up to it, before the cut at 1. */
export function scoreLines(peer: Judged, t: Localise, time: (at: number) => string): ScoreLine[] {
  const { success, responseTime, availability, recency, proximity } = peer.reputationParts;
  const seen = peer.lastSeen === undefined ? t('not seen yet') : t('last seen {0}', time(peer.lastSeen));
  return [
    line(t('Answers'), success, 0.5, answers(peer, t), t),
    line(t('Speed'), responseTime, 0.25, answerTime(peer, t), t),
    line(t('Packages that it served'), availability, 0.15, servedPackages(peer.verifiedPackages, t), t),
    line(t('Seen lately'), recency, 0.1, seen, t),
    line(t('Nearness'), proximity, 0.1, proximity === 0 ? t('no place is known, or it is far') : t('near you'), t),
  ];
}

function line(label: string, points: number, most: number, why: string, t: Localise): ScoreLine {
  return { label, value: t('{0} of {1}: {2}', points.toFixed(2), most.toFixed(2), why) };
}

function answers({ successes, failures }: Judged, t: Localise): string {
  return successes + failures === 0
    ? t('not asked yet, which counts in full')
    : t('{0} right, {1} wrong or late', successes, failures);
}

function answerTime({ averageResponse }: Judged, t: Localise): string {
  return averageResponse === undefined ? t('no answer measured yet') : t('{0} on average', formatRtt(averageResponse));
}

function servedPackages(count: number, t: Localise): string {
  if (count === 0) return t('nothing of it was verified here yet');
  return count === 1 ? t('content of 1 package, verified') : t('content of {0} packages, verified', count);
}
