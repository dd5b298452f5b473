import { isDeepStrictEqual } from 'node:util';
import type { Catalog } from '../catalog/catalog.ts';
import { LIMITS } from '../../shared/limits.ts';
import { errorName } from '../../shared/errors.ts';
import type { RecordSink, IngestResult } from '../protocols/shared/record-sink.ts';
import { mergeRecords } from '../records/next-record.ts';
import { openRecord } from '../records/record.ts';
import type { OpenedRecord, PackageRecord } from '../records/record.ts';

/**
 * The record sink of all protocols. For own packages it keeps records that another machine with the same key signed
 * independently and that cannot become the head, until the next record merges them.
 */
export class ForkTracker implements RecordSink {
  readonly #inner: RecordSink;
  readonly #catalog: Pick<Catalog, 'packages' | 'forks'>;
  readonly #onFork: () => void;

  /** @param onFork called after a record was kept */
  constructor(inner: RecordSink, catalog: Pick<Catalog, 'packages' | 'forks'>, onFork: () => void) {
    this.#inner = inner;
    this.#catalog = catalog;
    this.#onFork = onFork;
  }

  ingest(envelope: Uint8Array): IngestResult {
    const result = this.#inner.ingest(envelope);
    this.#track(envelope, result);
    return result;
  }

  async ingestMany(envelopes: readonly Uint8Array[], signal?: AbortSignal): Promise<readonly IngestResult[]> {
    const results = await this.#inner.ingestMany(envelopes, signal);
    for (const [index, result] of results.entries()) {
      const envelope = envelopes[index];
      if (envelope !== undefined) this.#track(envelope, result);
    }
    return results;
  }

  #track(envelope: Uint8Array, { outcome, publisher, name }: IngestResult): void {
    if (outcome !== 'conflict' && outcome !== 'older') return;
    if (publisher === undefined || name === undefined) return;
    const known = this.#catalog.packages.get(publisher, name);
    if (known?.mine !== true) return;
    const opened = openRecord(envelope);
    if (!addsTo(known, opened)) return;
    this.#catalog.forks.add(publisher, name, opened.digest, envelope, Date.now());
    this.#onFork();
  }
}

/** Notes that this machine signed a record on top of everything that it knew. */
export function rememberSigned({ forks }: Pick<Catalog, 'forks'>, { record, digest, envelope }: OpenedRecord): void {
  forks.replaceAll(record.publisher, record.name, digest, envelope, Date.now());
}

/**
 * Returns the record that the next one must follow: the head, merged with the records of forks. Its `seq` is the
 * highest of them, so that the next record has one more.
 */
export function mergedHead(
  catalog: Pick<Catalog, 'packages' | 'forks'>,
  publisher: string,
  name: string,
): PackageRecord | undefined {
  const head = catalog.packages.get(publisher, name);
  if (head === undefined) return undefined;
  let merged = head.record;
  for (const envelope of catalog.forks.list(publisher, name)) {
    const fork = openRecord(envelope, { now: Infinity });
    if (!addsTo({ ...head, record: merged }, fork)) continue;
    merged = mergeFork(merged, fork.record);
  }
  return merged;
}

/** Whether the forks of an own package contain releases, yanks or dist-tags that its head lacks. */
export function hasDiverged(catalog: Pick<Catalog, 'packages' | 'forks'>, publisher: string, name: string): boolean {
  const head = catalog.packages.get(publisher, name)?.record;
  if (head === undefined) return false;
  const merged = mergedHead(catalog, publisher, name);
  return !isDeepStrictEqual([merged?.releases, merged?.distTags], [head.releases, head.distTags]);
}

/**
 * Ids of the own packages that need another record although nothing new is published: those with forks that no record has
 * merged yet, and those whose head was signed while the clock was ahead, which peers reject.
 */
export function divergedPackages(catalog: Pick<Catalog, 'packages' | 'forks'>): string[] {
  const diverged = catalog.forks.packages().filter(({ publisher, name }) => hasDiverged(catalog, publisher, name));
  const future = catalog.packages.listOwnAfter(Date.now() + LIMITS.maxClockSkewMs);
  return [...new Set([...diverged, ...future].map(({ publisher, name }) => `${publisher}/${name}`))];
}

/**
 * Whether a record contains something that the head lacks: another version, or any change at its sequence number or
 * above.
 */
function addsTo(head: OpenedRecord, other: OpenedRecord): boolean {
  if (other.digest === head.digest) return false;
  const versions = new Set(head.record.releases.map(({ version }) => version));
  return other.record.seq >= head.record.seq || other.record.releases.some(({ version }) => !versions.has(version));
}

/**
 * A version with two contents cannot be merged: the head, which other peers have, stays. Times come from the two
 * records and not from the clock, so that every machine computes the same merge.
 */
function mergeFork(head: PackageRecord, fork: PackageRecord): PackageRecord {
  try {
    const [seq, updated] = [Math.max(head.seq, fork.seq), Math.max(head.updated, fork.updated)];
    return { ...mergeRecords(head, fork, 0), seq, updated };
  } catch (error) {
    if (errorName(error) === 'RecordInvalid') return head;
    throw error;
  }
}
