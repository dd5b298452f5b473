import { isDeepStrictEqual } from 'node:util';
import type { Catalog } from '../catalog/catalog.ts';
import { errorName } from '../../shared/errors.ts';
import type { RecordSink, IngestResult } from '../protocols/record-sink.ts';
import { mergeRecords } from '../records/next-record.ts';
import { openRecord } from '../records/record.ts';
import type { OpenedRecord, PackageRecord } from '../records/record.ts';

/**
 * The sink that all paths use, with a memory for own publishers: a record that another machine with the same key signed
 * apart from this one, and that cannot become the head, is kept until the next record unites them.
 */
export class ForkTracker implements RecordSink {
  readonly #inner: RecordSink;
  readonly #catalog: Pick<Catalog, 'packages' | 'forks'>;
  readonly #onFork: () => void;

  /** @param onFork told when a record was kept */
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

/** This machine signed a record on top of everything that it knew. */
export function rememberSigned({ forks }: Pick<Catalog, 'forks'>, { record, digest, envelope }: OpenedRecord): void {
  forks.replaceAll(record.publisher, record.name, digest, envelope, Date.now());
}

/**
 * What the next record of a package has to be built on: the head, united with what own machines signed apart from it.
 * Its `seq` is the highest of those, so that the record that follows has one more.
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
    const fork = openRecord(envelope);
    if (!addsTo({ ...head, record: merged }, fork)) continue;
    merged = mergeFork(merged, fork.record);
  }
  return merged;
}

/** Whether own machines published a package apart: united, it has releases or withdrawals that its head has not. */
export function hasDiverged(catalog: Pick<Catalog, 'packages' | 'forks'>, publisher: string, name: string): boolean {
  const head = catalog.packages.get(publisher, name)?.record;
  return head !== undefined && !isDeepStrictEqual(mergedHead(catalog, publisher, name)?.releases, head.releases);
}

/** Ids of the own packages that were published apart, and that nobody has united yet. */
export function divergedPackages(catalog: Pick<Catalog, 'packages' | 'forks'>): string[] {
  return catalog.forks
    .packages()
    .filter(({ publisher, name }) => hasDiverged(catalog, publisher, name))
    .map(({ publisher, name }) => `${publisher}/${name}`);
}

/** Whether a record says something that the head does not: another version, or anything at all at its height or above. */
function addsTo(head: OpenedRecord, other: OpenedRecord): boolean {
  if (other.digest === head.digest) return false;
  const versions = new Set(head.record.releases.map(({ version }) => version));
  return other.record.seq >= head.record.seq || other.record.releases.some(({ version }) => !versions.has(version));
}

/**
 * Two contents under one version cannot be united: the head, which everybody else has, stays. Times are those of the two
 * records and not the present, so that every machine makes the same of them.
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
