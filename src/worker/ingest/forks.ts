import { isDeepStrictEqual } from 'node:util';
import type { Catalogue } from '../catalog/catalogue.ts';
import { errorName } from '../../shared/errors.ts';
import type { RecordSink, TakeResult } from '../protocols/context.ts';
import { mergeRecords } from '../records/next.ts';
import { openRecord } from '../records/record.ts';
import type { OpenedRecord, PackageRecord } from '../records/record.ts';

/**
 * The sink that all paths use, with a memory for own publishers: a record that another machine with the same key signed
 * apart from this one, and that cannot become the head, is kept until the next record unites them.
 */
export class ForkKeeper implements RecordSink {
  readonly #inner: RecordSink;
  readonly #catalogue: Catalogue;
  readonly #onFork: () => void;

  /** @param onFork told when a record was kept */
  constructor(inner: RecordSink, catalogue: Catalogue, onFork: () => void) {
    this.#inner = inner;
    this.#catalogue = catalogue;
    this.#onFork = onFork;
  }

  take(envelope: Uint8Array): TakeResult {
    const result = this.#inner.take(envelope);
    this.#keep(envelope, result);
    return result;
  }

  async takeMany(envelopes: readonly Uint8Array[], signal?: AbortSignal): Promise<readonly TakeResult[]> {
    const results = await this.#inner.takeMany(envelopes, signal);
    for (const [index, result] of results.entries()) {
      const envelope = envelopes[index];
      if (envelope !== undefined) this.#keep(envelope, result);
    }
    return results;
  }

  #keep(envelope: Uint8Array, { outcome, publisher, name }: TakeResult): void {
    if (outcome !== 'conflict' && outcome !== 'older') return;
    if (publisher === undefined || name === undefined) return;
    const known = this.#catalogue.packages.get(publisher, name);
    if (known?.mine !== true) return;
    const opened = openRecord(envelope);
    if (!addsTo(known, opened)) return;
    this.#catalogue.forks.add(publisher, name, opened.digest, envelope, Date.now());
    this.#onFork();
  }
}

/** This machine signed a record on top of everything that it knew. */
export function rememberSigned({ forks }: Catalogue, { record, digest, envelope }: OpenedRecord): void {
  forks.replaceAll(record.publisher, record.name, digest, envelope, Date.now());
}

/**
 * What the next record of a package has to be built on: the head, united with what own machines signed apart from it.
 * Its `seq` is the highest of those, so that the record that follows has one more.
 */
export function newestKnown(
  catalogue: Pick<Catalogue, 'packages' | 'forks'>,
  publisher: string,
  name: string,
): PackageRecord | undefined {
  const head = catalogue.packages.get(publisher, name);
  if (head === undefined) return undefined;
  let united = head.record;
  for (const envelope of catalogue.forks.list(publisher, name)) {
    const fork = openRecord(envelope);
    if (!addsTo({ ...head, record: united }, fork)) continue;
    united = unite(united, fork.record);
  }
  return united;
}

/** Whether own machines published a package apart: united, it has releases or withdrawals that its head has not. */
export function hasDiverged(
  catalogue: Pick<Catalogue, 'packages' | 'forks'>,
  publisher: string,
  name: string,
): boolean {
  const head = catalogue.packages.get(publisher, name)?.record;
  return head !== undefined && !isDeepStrictEqual(newestKnown(catalogue, publisher, name)?.releases, head.releases);
}

/** Ids of the own packages that were published apart, and that nobody has united yet. */
export function divergedPackages(catalogue: Catalogue): string[] {
  return catalogue.forks
    .packages()
    .filter(({ publisher, name }) => hasDiverged(catalogue, publisher, name))
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
function unite(head: PackageRecord, fork: PackageRecord): PackageRecord {
  try {
    const [seq, updated] = [Math.max(head.seq, fork.seq), Math.max(head.updated, fork.updated)];
    return { ...mergeRecords(head, fork, 0), seq, updated };
  } catch (error) {
    if (errorName(error) === 'RecordInvalid') return head;
    throw error;
  }
}
