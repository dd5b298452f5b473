/**
 * How far a peer is to be relied on: ggen's reputation formula (crate ggen-marketplace, November 2025).
 *
 * `score = min(0.5·success + 0.25·rt + 0.15·avail + 0.10·recency + geo, 1)`
 */

import { haversineKm } from './haversine.ts';
import type { Location } from './haversine.ts';

/** What was verified of one peer. Times are milliseconds. */
export interface PeerStats {
  /** Verified answers. */
  readonly successes: number;
  /** Time-outs, bad signatures, wrong blocks. */
  readonly failures: number;
  /** Since the Unix epoch; absent for a peer that was only just met. */
  readonly lastSeen?: number;
  /** Running average; absent before the first sample. */
  readonly averageResponse?: number;
  /** Bytes per second of its last transfers; absent before the first. */
  readonly throughput?: number;
  /** Distinct packages of which it sent content that was verified. A claim alone earns nothing. */
  readonly packages: number;
  readonly location?: Location;
}

/** The terms of a score, each with its weight in it: they add up to the score, before the cut at 1. */
export interface ScoreParts {
  /** 0 to 0.5. */
  readonly success: number;
  /** 0 to 0.25. */
  readonly responseTime: number;
  /** 0 to 0.15. */
  readonly availability: number;
  /** 0 to 0.1. */
  readonly recency: number;
  /** 0 to 0.1; 0 unless both places are known. */
  readonly proximity: number;
}

const HOUR_MS = 3_600_000;
/** Packages from which more of them earn nothing. */
const MAX_COUNTED_PACKAGES = 10;
/** Kilometres from which nearness earns nothing. */
const MAX_PROXIMITY_KM = 100;

/** Score of a peer, 0 to 1. `here` is this node's place, if the user told it. Source: GGEN's reputation formula. */
export function score(stats: PeerStats, now: number, ownLocation?: Location): number {
  const { success, responseTime, availability, recency, proximity } = scoreParts(stats, now, ownLocation);
  return Math.min(success + responseTime + availability + recency + proximity, 1);
}

/** Why the score is what it is. Source: GGEN's reputation formula. */
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

/** The stats after a time-out or a wrong answer. As in ggen, the average is that of right answers only. */
export function withFailure(stats: PeerStats, now: number): PeerStats {
  return { ...stats, failures: stats.failures + 1, lastSeen: now };
}

/** The stats after `bytes` of verified content that came within `duration` milliseconds. */
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

/** `min(1/(whole hours since seen + 1), 1)`. A peer seen "later than now" by a changed clock was seen now. */
function recencyRating(lastSeen: number | undefined, now: number): number {
  const hours = lastSeen === undefined ? 0 : Math.floor(Math.max(now - lastSeen, 0) / HOUR_MS);
  return 1 / (hours + 1);
}

/** `0.1·(1 - km/100)` under 100 km, when both places are known. */
function proximityBonus(peerLocation: Location | undefined, ownLocation: Location | undefined): number {
  if (peerLocation === undefined || ownLocation === undefined) return 0;
  const km = haversineKm(ownLocation, peerLocation);
  return km < MAX_PROXIMITY_KM ? 0.1 * (1 - km / MAX_PROXIMITY_KM) : 0;
}

/** The first sample; then `trunc(0.7·old + 0.3·new)`, in tenths so that binary fractions do not lose a millisecond. */
function runningAverage(old: number | undefined, sample: number): number {
  return old === undefined ? sample : Math.trunc((7 * old + 3 * sample) / 10);
}
