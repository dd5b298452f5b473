/** Which of two records of one package is to be believed. */

import { GgenError } from '../../shared/errors.ts';
import { packageIdOf } from './package-record.ts';
import type { OpenedRecord, PackageRecord } from './package-record.ts';

export type RecordComparison =
  /** The same bytes. */
  | { readonly outcome: 'same' }
  | { readonly outcome: 'newer' }
  | { readonly outcome: 'older' }
  /** One sequence number, two records: two machines with one key. Every peer keeps the same winner. */
  | { readonly outcome: 'fork'; readonly winner: 'known' | 'next' }
  /** These versions have another content root than was seen before. Refuse, keep as evidence, show. */
  | { readonly outcome: 'equivocation'; readonly versions: readonly string[] }
  /** Newer, but without these versions of the known record. Refuse: a release is yanked, never deleted. */
  | { readonly outcome: 'release-removed'; readonly versions: readonly string[] };

/**
 * Compare a verified record with the head known so far.
 *
 * `seenRoots` maps every version ever seen of this package, in whatever record, to its content root. Equivocation is
 * looked for first, in older records too: the proof is worth as much. What was removed is judged against the known head
 * alone, not against `seenRoots`: a version that was lost with a fork must not make all later records unacceptable.
 * Throws InvalidRequest when the two are records of different packages.
 */
export function compareRecords(
  known: OpenedRecord | undefined,
  next: OpenedRecord,
  seenRoots: ReadonlyMap<string, string>,
): RecordComparison {
  if (known !== undefined && packageIdOf(known.record) !== packageIdOf(next.record)) {
    throw new GgenError('InvalidRequest', 'Records of two different packages cannot be compared.');
  }
  if (known?.digest === next.digest) return { outcome: 'same' };
  const equivocal = changedRoots(next.record, known?.record, seenRoots);
  if (equivocal.length > 0) return { outcome: 'equivocation', versions: equivocal };
  return known === undefined ? { outcome: 'newer' } : bySequence(known, next);
}

/**
 * Total order of the records of one package, for selecting among many: by `seq`, then `updated`, then digest. Negative
 * when `a` comes before `b`. All peers that hold the same records choose the same last one.
 */
export function compareAge(a: OpenedRecord, b: OpenedRecord): number {
  if (a.record.seq !== b.record.seq) return a.record.seq - b.record.seq;
  if (a.record.updated !== b.record.updated) return a.record.updated - b.record.updated;
  return a.digest < b.digest ? -1 : a.digest > b.digest ? 1 : 0;
}

function bySequence(known: OpenedRecord, next: OpenedRecord): RecordComparison {
  if (next.record.seq < known.record.seq) return { outcome: 'older' };
  if (next.record.seq === known.record.seq) {
    return { outcome: 'fork', winner: compareAge(known, next) < 0 ? 'next' : 'known' };
  }
  const removed = missingVersions(known.record, next.record);
  return removed.length > 0 ? { outcome: 'release-removed', versions: removed } : { outcome: 'newer' };
}

/** Versions of `from` that `other` does not have. */
function missingVersions(from: PackageRecord, other: PackageRecord): readonly string[] {
  const versions = new Set(other.releases.map(({ version }) => version));
  return from.releases.map(({ version }) => version).filter((version) => !versions.has(version));
}

function changedRoots(
  next: PackageRecord,
  known: PackageRecord | undefined,
  seenRoots: ReadonlyMap<string, string>,
): readonly string[] {
  const knownRoots = new Map(known?.releases.map(({ version, root }) => [version, root]));
  return next.releases
    .filter(({ version, root }) => {
      const seen = seenRoots.get(version) ?? knownRoots.get(version);
      return seen !== undefined && seen !== root;
    })
    .map(({ version }) => version);
}
