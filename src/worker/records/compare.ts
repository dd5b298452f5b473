/** Decides between two records of one package. */

import { GgenError } from '../../shared/errors.ts';
import { packageIdOf } from './package-record.ts';
import type { OpenedRecord, PackageRecord } from './package-record.ts';

export type RecordComparison =
  /** The same bytes. */
  | { readonly outcome: 'same' }
  | { readonly outcome: 'newer' }
  | { readonly outcome: 'older' }
  /** Two records with one sequence number, from two machines with one key. All peers choose the same winner. */
  | { readonly outcome: 'fork'; readonly winner: 'known' | 'next' }
  /** These versions had another content root before. The record is refused, kept as a proof and shown. */
  | { readonly outcome: 'equivocation'; readonly versions: readonly string[] }
  /** Newer, but without these versions of the known record. Refused: a release is yanked, never deleted. */
  | { readonly outcome: 'release-removed'; readonly versions: readonly string[] };

/**
 * Compares a verified record with the known head.
 *
 * `seenRoots` maps every version ever seen of the package, in any record, to its content root. Equivocation is checked
 * first and also in older records, because it proves the same there. Removed releases are checked against the head
 * only: a version that was lost with a fork must not invalidate all later records.
 *
 * @throws GgenError InvalidRequest when the records are of different packages
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
 * Total order of the records of one package: by `seq`, then `updated`, then digest. Negative when `a` comes before `b`.
 * All peers with the same records choose the same last one.
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

/** Versions of `from` that `other` lacks. */
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
