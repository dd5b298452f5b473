import { GgenError, errorMessage } from '../../shared/errors.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { Logger } from '../logging/logger.ts';
import type { RecordSink, IngestResult } from '../protocols/shared/record-sink.ts';
import { compareRecords } from '../records/compare.ts';
import { isSignatureValidOffThread, openRecord, openSealed, recordDigest, unsealRecord } from '../records/record.ts';
import type { OpenedRecord, SealedRecord } from '../records/record.ts';
import { BoundedCache } from '../../shared/bounded-cache.ts';
import { IngestQueue } from './ingest-queue.ts';

/** Records per batch of the search index while records arrive. */
const INDEX_BATCH_SIZE = 300;
/** Results of records that changed nothing, so that repeated records cost one digest each. */
const MAX_CACHED_RESULTS = 10_000;

export interface IngestOptions {
  readonly catalog: Pick<Catalog, 'db' | 'packages'>;
  readonly log: Pick<Logger, 'warn'>;
  /** Called after a package was added or changed. */
  readonly onChange: (id: string) => void;
}

/** Versions remembered per package, including those that its head lacks; beyond that forks are refused. */
const MAX_SEEN_VERSIONS = 2_000;
const CLOCK_WARNING_INTERVAL_MS = 60 * 60 * 1000;

/** Verifies, compares and stores records of all protocols. */
export class Ingest implements RecordSink {
  readonly #options: IngestOptions;
  readonly #resultCache = new BoundedCache<IngestResult>({ maxEntries: MAX_CACHED_RESULTS });
  readonly #queue: IngestQueue;
  #nextClockWarning = 0;

  constructor(options: IngestOptions) {
    this.#options = options;
    this.#queue = new IngestQueue({
      precheck: (envelope) => this.#precheck(envelope, unsealRecord),
      verify: isSignatureValidOffThread,
      open: (sealed, genuine) => this.#openSealed(sealed, genuine),
      store: (opened) => this.#storeIngested(opened, true),
      transaction: (work) => {
        options.catalog.db.transaction(work);
      },
      runDeferred: (idle) => this.#runDeferred(idle),
    });
    options.catalog.db.onRebuilt(() => {
      this.#resultCache.clear();
    });
  }

  ingest(envelope: Uint8Array): IngestResult {
    const opened = this.#precheck(envelope, openRecord);
    return 'outcome' in opened ? opened : this.#storeIngested(opened, false);
  }

  /**
   * Ingests many records in turns of a few milliseconds: signatures are verified on other threads, and many records
   * share a transaction. Resolves with the results in the order of the records once all are stored; the search index
   * follows shortly. Rejects with `signal.reason`, and with an Error when the queue is full; the peer may retry later.
   */
  ingestMany(envelopes: readonly Uint8Array[], signal?: AbortSignal): Promise<readonly IngestResult[]> {
    return this.#queue.addAll(envelopes, signal);
  }

  /** Stops accepting records. */
  close(): void {
    this.#queue.close();
  }

  /** Stores a verified record if it advances its package. @param mine the record was signed on this machine */
  store(opened: OpenedRecord, mine: boolean): IngestResult {
    return this.#store(opened, mine, false);
  }

  #store(opened: OpenedRecord, mine: boolean, deferIndexing: boolean): IngestResult {
    const { catalog, log, onChange } = this.#options;
    const { publisher, name } = opened.record;
    const id = { publisher, name };
    const known = catalog.packages.get(publisher, name);
    const versions = opened.record.releases.map(({ version }) => version);
    const comparison = compareRecords(known, opened, catalog.packages.seenRoots(publisher, name, versions));
    switch (comparison.outcome) {
      case 'same':
        return { outcome: 'same', ...id };
      case 'older':
        return { outcome: 'older', ...id };
      case 'fork':
        if (comparison.winner === 'known') return { outcome: 'older', ...id };
        // Each fork may add versions, and seen versions are never forgotten, so their number is bounded.
        if (catalog.packages.seenVersions(publisher, name) > MAX_SEEN_VERSIONS) {
          return { outcome: 'conflict', ...id, reason: 'its publisher signed too many diverging versions' };
        }
        break;
      case 'equivocation': {
        const changed = comparison.versions.join(', ');
        if (catalog.packages.addEquivocation(opened, comparison.versions, Date.now())) {
          log.warn(`${publisher} signed different content for ${name} ${changed}; the content seen first is kept`);
          onChange(`${publisher}/${name}`);
        }
        return { outcome: 'conflict', ...id, reason: `different content was signed for ${changed}` };
      }
      case 'release-removed':
        return { outcome: 'conflict', ...id, reason: `it is missing releases: ${comparison.versions.join(', ')}` };
      case 'newer':
        break;
    }
    catalog.packages.upsert(opened, { mine, now: Date.now(), deferIndexing });
    onChange(`${publisher}/${name}`);
    return { outcome: known === undefined ? 'new' : 'newer', ...id };
  }

  /** Returns a known result, or opens the record with `open`: cheap checks run first. */
  #precheck<T extends { readonly digest: string }>(
    envelope: Uint8Array,
    open: (envelope: Uint8Array) => T,
  ): T | IngestResult {
    const digest = recordDigest(envelope);
    const known = this.#known(digest);
    if (known !== undefined) return known;
    try {
      return open(envelope);
    } catch (error) {
      return this.#reject(digest, error);
    }
  }

  #openSealed(sealed: SealedRecord, signatureValid: boolean | Error): OpenedRecord | IngestResult {
    try {
      if (signatureValid instanceof Error) throw signatureValid;
      // The same record may have been stored while this one was verified.
      return this.#known(sealed.digest) ?? openSealed(sealed, signatureValid);
    } catch (error) {
      return this.#reject(sealed.digest, error);
    }
  }

  #known(digest: string): IngestResult | undefined {
    const cached = this.#resultCache.get(digest);
    if (cached !== undefined) return cached;
    const seen = this.#options.catalog.packages.getByDigest(digest);
    return seen === undefined ? undefined : { outcome: 'same', ...seen };
  }

  /** Runs deferred work: indexing, which is faster for hundreds of records at once, or a checkpoint of the WAL. */
  #runDeferred(idle: boolean): boolean {
    const { db, packages } = this.#options.catalog;
    try {
      if (packages.index.pendingCount >= (idle ? 1 : INDEX_BATCH_SIZE)) packages.index.indexPending();
      else return db.checkpointIfDue();
      return true;
    } catch (error) {
      this.#options.log.warn(`Could not update the search index: ${errorMessage(error)}`);
      return false;
    }
  }

  #storeIngested(opened: OpenedRecord, deferIndexing: boolean): IngestResult {
    const result = this.#store(opened, false, deferIndexing);
    // An older record stays older, because sequence numbers only grow.
    if (result.outcome === 'older') this.#resultCache.set(opened.digest, result);
    return result;
  }

  #reject(digest: string, error: unknown): IngestResult {
    const faultCode = error instanceof GgenError ? error.details['reason'] : undefined;
    const reason = typeof faultCode === 'string' ? faultCode : errorMessage(error);
    const result: IngestResult = { outcome: 'refused', reason };
    // Invalid bytes stay invalid, but a time in the future becomes valid, so that result is not cached.
    if (faultCode === 'from-the-future') this.#warnAboutClock();
    else if (typeof faultCode === 'string') this.#resultCache.set(digest, result);
    return result;
  }

  /** Warns at intervals, because the clock of this machine may be wrong. */
  #warnAboutClock(): void {
    if (performance.now() < this.#nextClockWarning) return;
    this.#nextClockWarning = performance.now() + CLOCK_WARNING_INTERVAL_MS;
    this.#options.log.warn(
      "A record was rejected because its time is in the future by this machine's clock. Check this machine's date and time.",
    );
  }
}
