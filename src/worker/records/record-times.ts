/** Times of a record that lie in the future by this machine's clock, which peers reject. */

import { LIMITS } from '../../shared/limits.ts';
import { recordFault } from './record-faults.ts';
import type { PackageRecord } from './package-record.ts';

/** @param now milliseconds since the Unix epoch */
function isFuture(time: number, now: number): boolean {
  return time > now + LIMITS.maxClockSkewMs;
}

/** @throws GgenError RecordInvalid with the reason `from-the-future` */
export function assertNoFutureTimes(record: PackageRecord, now: number): void {
  if (isFuture(record.updated, now)) throw recordFault('from-the-future', 'its time is in the future', 'updated');
  const index = record.releases.findIndex(({ published }) => isFuture(published, now));
  if (index >= 0) {
    const field = `releases[${index}].published`;
    throw recordFault('from-the-future', `the time of ${field} is in the future`, field);
  }
}

/**
 * Replaces future times by the present, so that a record that was signed while the clock was ahead does not block its
 * successors: no peer with the right time accepted it, and `seq` decides which record is newer.
 */
export function withoutFutureTimes(record: PackageRecord, now: number): PackageRecord {
  const present = (time: number): number => (isFuture(time, now) ? now : time);
  return {
    ...record,
    updated: present(record.updated),
    releases: record.releases.map((release) => ({ ...release, published: present(release.published) })),
  };
}
