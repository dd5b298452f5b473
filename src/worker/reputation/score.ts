/**
 * The reputation score of a peer. Source: ggen's formula (crate ggen-marketplace, November 2025).
 *
 * `score = min(0.5·success + 0.25·rt + 0.15·avail + 0.10·recency + geo, 1)`
 */

import { haversineKm } from './haversine.ts';
import type { Location } from './haversine.ts';

/** Verified facts about one peer. Times are in milliseconds. */
export interface PeerStats {
  /** Verified answers. */
  readonly successes: number;
  /** Timeouts, false signatures, wrong blocks. */
  readonly failures: number;
  /** Since the Unix epoch; absent for a peer that never connected. */
  readonly lastSeen?: number;
  /** Running average; absent before the first sample. */
  readonly averageResponse?: number;
  /** Bytes per second of its transfers, as a running average; absent before the first. */
  readonly throughput?: number;
  /** Distinct packages of which it sent verified content. A claim alone does not count. */
  readonly packages: number;
  readonly location?: Location;
}

/** The weighted terms of a score. Their sum, limited to 1, is the score. */
export interface ScoreParts {
  /** 0 to 0.5. */
  readonly success: number;
  /** 0 to 0.25. */
  readonly responseTime: number;
  /** 0 to 0.15. */
  readonly availability: number;
  /** 0 to 0.1. */
  readonly recency: number;
  /** 0 to 0.1; 0 unless both locations are known. */
  readonly proximity: number;
}

const HOUR_MS = 3_600_000;
/** Packages beyond which more do not raise the score. */
const MAX_COUNTED_PACKAGES = 10;
/** Kilometers beyond which proximity does not raise the score. */
const MAX_PROXIMITY_KM = 100;

/** Score of a peer, 0 to 1. Source: ggen's reputation formula. @param ownLocation of this node, when the user set one */
export function score(stats: PeerStats, now: number, ownLocation?: Location): number {
  const { success, responseTime, availability, recency, proximity } = scoreParts(stats, now, ownLocation);
  return Math.min(success + responseTime + availability + recency + proximity, 1);
}

/** The terms of the score. Source: ggen's reputation formula. */
export function scoreParts(stats: PeerStats, now: number, ownLocation?: Location): ScoreParts {
  return {
    success: 0.5 * successRate(stats),
    responseTime: 0.25 * responseRating(stats.averageResponse),
    availability: 0.15 * Math.min(stats.packages / MAX_COUNTED_PACKAGES, 1),
    recency: 0.1 * recencyRating(stats.lastSeen, now),
    proximity: proximityBonus(stats.location, ownLocation),
  };
}

/** The stats after a verified answer that took `responseMs`. */
export function withSuccess(stats: PeerStats, responseMs: number, now: number): PeerStats {
  return {
    ...stats,
    successes: stats.successes + 1,
    lastSeen: now,
    averageResponse: runningAverage(stats.averageResponse, Math.max(responseMs, 0)),
  };
}

/** The stats after a timeout or an invalid answer. As in ggen, only right answers enter the average. */
export function withFailure(stats: PeerStats, now: number): PeerStats {
  return { ...stats, failures: stats.failures + 1, lastSeen: now };
}

/** The stats after `bytes` of verified content within `durationMs` milliseconds. */
export function withThroughput(stats: PeerStats, bytes: number, durationMs: number, now: number): PeerStats {
  const sample = Math.round((bytes * 1000) / Math.max(durationMs, 1));
  return { ...stats, lastSeen: now, throughput: runningAverage(stats.throughput, sample) };
}

/** `ok/(ok+fail)`, 1 without either. */
function successRate({ successes, failures }: PeerStats): number {
  const total = successes + failures;
  return total === 0 ? 1 : successes / total;
}

/** `min(1000/(avg+1), 1)` with the average in milliseconds, 1 without a sample. */
function responseRating(average: number | undefined): number {
  return average === undefined ? 1 : Math.min(1000 / (average + 1), 1);
}

/** `min(1/(whole hours since seen + 1), 1)`. After a change of the clock, a peer seen in the future counts as seen now. */
function recencyRating(lastSeen: number | undefined, now: number): number {
  const hours = lastSeen === undefined ? 0 : Math.floor(Math.max(now - lastSeen, 0) / HOUR_MS);
  return 1 / (hours + 1);
}

/** `0.1·(1 - km/100)` under 100 km, when both locations are known. */
function proximityBonus(peerLocation: Location | undefined, ownLocation: Location | undefined): number {
  if (peerLocation === undefined || ownLocation === undefined) return 0;
  const km = haversineKm(ownLocation, peerLocation);
  return km < MAX_PROXIMITY_KM ? 0.1 * (1 - km / MAX_PROXIMITY_KM) : 0;
}

/** The first sample; then `trunc(0.7·old + 0.3·new)`, in tenths so that binary fractions do not lose a millisecond. */
function runningAverage(old: number | undefined, sample: number): number {
  return old === undefined ? sample : Math.trunc((7 * old + 3 * sample) / 10);
}
