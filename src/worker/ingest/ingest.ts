import { GgenError, errorMessage } from '../../shared/errors.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { Logger } from '../logging/logger.ts';
import type { RecordSink, IngestResult } from '../protocols/record-sink.ts';
import { compareRecords } from '../records/compare.ts';
import { isSignatureValidOffThread, openRecord, openSealed, recordDigest, unsealRecord } from '../records/record.ts';
import type { OpenedRecord, SealedRecord } from '../records/record.ts';
import { BoundedCache } from '../../shared/bounded-cache.ts';
import { IngestQueue } from './ingest-queue.ts';

/** While records come in, their texts enter the search index so many at once. */
const INDEX_BATCH_SIZE = 300;
/** Records that brought nothing, remembered so that their repetitions cost one digest each. */
const MAX_CACHED_RESULTS = 10_000;

export interface IngestOptions {
  readonly catalog: Pick<Catalog, 'db' | 'packages'>;
  readonly log: Pick<Logger, 'warn'>;
  /** Called after a package became known or changed. */
  readonly onChange: (id: string) => void;
}

/** Versions of one package that are remembered although its record no longer has them; beyond, no fork is taken. */
const MAX_SEEN_VERSIONS = 2_000;
const CLOCK_WARNING_INTERVAL_MS = 60 * 60 * 1000;

/** Verifies, compares and stores records, whatever path they came by. */
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
   * Take many records, verified on other threads, many in one transaction, in slices of a few milliseconds between which the
   * event loop runs: how to take in whatever may come by the hundred. The results stand in the order of the records, and
   * everything that they say is stored; the search index follows within moments. Throws `signal.reason`, and an Error when too much is waiting already (the peer may come again).
   */
  ingestMany(envelopes: readonly Uint8Array[], signal?: AbortSignal): Promise<readonly IngestResult[]> {
    return this.#queue.addAll(envelopes, signal);
  }

  /** Take nothing any more. */
  close(): void {
    this.#queue.close();
  }

  /** Store a verified record if it moves its package forward. `mine`: it was signed here. */
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
        // Each fork may bring versions of its own, and what was seen is never forgotten: there has to be an end.
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

  /** What is known of a record without opening it, else what `open` makes of it: the cheap questions come first. */
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
      // The same record may have come twice while it was verified.
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

  /** What is better done for hundreds of records at once, each in a turn of the event loop of its own. */
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
    // A record that was older once stays so: sequence numbers only grow.
    if (result.outcome === 'older') this.#resultCache.set(opened.digest, result);
    return result;
  }

  #reject(digest: string, error: unknown): IngestResult {
    const faultCode = error instanceof GgenError ? error.details['reason'] : undefined;
    const reason = typeof faultCode === 'string' ? faultCode : errorMessage(error);
    const result: IngestResult = { outcome: 'refused', reason };
    // Bytes that are wrong stay wrong; only time passes.
    if (faultCode === 'from-the-future') this.#warnAboutClock();
    else if (typeof faultCode === 'string') this.#resultCache.set(digest, result);
    return result;
  }

  /** Tell, once in a while, that it may be this machine's clock that is wrong. */
  #warnAboutClock(): void {
    if (performance.now() < this.#nextClockWarning) return;
    this.#nextClockWarning = performance.now() + CLOCK_WARNING_INTERVAL_MS;
    this.#options.log.warn(
      "A record was rejected because its time is in the future by this machine's clock. Check this machine's date and time.",
    );
  }
}
