import { GgenError, errorMessage } from '../../shared/errors.ts';
import type { Catalogue } from '../catalog/catalogue.ts';
import type { Logger } from '../logging/log.ts';
import type { RecordSink, TakeResult } from '../protocols/context.ts';
import { compareRecords } from '../records/compare.ts';
import { isGenuineAside, openRecord, openSealed, recordDigest, unsealRecord } from '../records/record.ts';
import type { OpenedRecord, SealedRecord } from '../records/record.ts';
import { BoundedCache } from '../../shared/bounded-cache.ts';
import { IngestQueue } from './ingest-queue.ts';

/** While records come in, their texts enter the search index so many at once. */
const INDEX_BATCH = 300;
/** Records that brought nothing, remembered so that their repetitions cost one digest each. */
const REMEMBERED = 10_000;

export interface IngestOptions {
  readonly catalogue: Catalogue;
  readonly log: Logger;
  /** Called after a package became known or changed. */
  readonly onChange: (id: string) => void;
}

/** Versions of one package that are remembered although its record no longer has them; beyond, no fork is taken. */
const MAX_SEEN_VERSIONS = 2_000;
const DOUBT_INTERVAL_MS = 60 * 60 * 1000;

/** Verifies, compares and stores records, whatever path they came by. */
export class Ingest implements RecordSink {
  readonly #options: IngestOptions;
  readonly #useless = new BoundedCache<TakeResult>({ entries: REMEMBERED });
  readonly #queue: IngestQueue;
  #doubtAgain = 0;

  constructor(options: IngestOptions) {
    this.#options = options;
    this.#queue = new IngestQueue({
      look: (envelope) => this.#look(envelope, unsealRecord),
      verify: isGenuineAside,
      open: (sealed, genuine) => this.#openSealed(sealed, genuine),
      store: (opened) => this.#storeTaken(opened, true),
      transaction: (work) => {
        options.catalogue.db.transaction(work);
      },
      afterwards: (idle) => this.#afterwards(idle),
    });
    options.catalogue.db.onRebuilt(() => {
      this.#useless.clear();
    });
  }

  take(envelope: Uint8Array): TakeResult {
    const opened = this.#look(envelope, openRecord);
    return 'outcome' in opened ? opened : this.#storeTaken(opened, false);
  }

  /**
   * Take many records, verified on other threads, many in one transaction, in slices of a few milliseconds between which the
   * event loop runs: how to take in whatever may come by the hundred. The results stand in the order of the records, and
   * everything that they say is stored; the search index follows within moments. Throws `signal.reason`, and an Error when too much is waiting already (the peer may come again).
   */
  takeMany(envelopes: readonly Uint8Array[], signal?: AbortSignal): Promise<readonly TakeResult[]> {
    return this.#queue.addAll(envelopes, signal);
  }

  /** Take nothing any more. */
  close(): void {
    this.#queue.close();
  }

  /** Store a verified record if it moves its package forward. `mine`: it was signed here. */
  store(opened: OpenedRecord, mine: boolean): TakeResult {
    return this.#store(opened, mine, false);
  }

  #store(opened: OpenedRecord, mine: boolean, indexLater: boolean): TakeResult {
    const { catalogue, log, onChange } = this.#options;
    const { publisher, name } = opened.record;
    const id = { publisher, name };
    const known = catalogue.packages.get(publisher, name);
    const versions = opened.record.releases.map(({ version }) => version);
    const comparison = compareRecords(known, opened, catalogue.packages.seenRoots(publisher, name, versions));
    switch (comparison.outcome) {
      case 'same':
        return { outcome: 'same', ...id };
      case 'older':
        return { outcome: 'older', ...id };
      case 'fork':
        if (comparison.winner === 'known') return { outcome: 'older', ...id };
        // Each fork may bring versions of its own, and what was seen is never forgotten: there has to be an end.
        if (catalogue.packages.seenVersions(publisher, name) > MAX_SEEN_VERSIONS) {
          return { outcome: 'conflict', ...id, reason: 'its publisher signed too many versions apart' };
        }
        break;
      case 'equivocation': {
        const changed = comparison.versions.join(', ');
        if (catalogue.packages.addEquivocation(opened, comparison.versions, Date.now())) {
          log.warn(`${publisher} signed another content for ${name} ${changed}; the first one seen is kept`);
          onChange(`${publisher}/${name}`);
        }
        return { outcome: 'conflict', ...id, reason: `another content was signed for ${changed}` };
      }
      case 'release-removed':
        return { outcome: 'conflict', ...id, reason: `it lacks releases: ${comparison.versions.join(', ')}` };
      case 'newer':
        break;
    }
    catalogue.packages.put(opened, { mine, now: Date.now(), indexLater });
    onChange(`${publisher}/${name}`);
    return { outcome: known === undefined ? 'new' : 'newer', ...id };
  }

  /** What is known of a record without opening it, else what `open` makes of it: the cheap questions come first. */
  #look<T extends { readonly digest: string }>(
    envelope: Uint8Array,
    open: (envelope: Uint8Array) => T,
  ): T | TakeResult {
    const digest = recordDigest(envelope);
    const known = this.#known(digest);
    if (known !== undefined) return known;
    try {
      return open(envelope);
    } catch (error) {
      return this.#refuse(digest, error);
    }
  }

  #openSealed(sealed: SealedRecord, genuine: boolean | Error): OpenedRecord | TakeResult {
    try {
      if (genuine instanceof Error) throw genuine;
      // The same record may have come twice while it was verified.
      return this.#known(sealed.digest) ?? openSealed(sealed, genuine);
    } catch (error) {
      return this.#refuse(sealed.digest, error);
    }
  }

  #known(digest: string): TakeResult | undefined {
    const useless = this.#useless.get(digest);
    if (useless !== undefined) return useless;
    const seen = this.#options.catalogue.packages.byDigest(digest);
    return seen === undefined ? undefined : { outcome: 'same', ...seen };
  }

  /** What is better done for hundreds of records at once, each in a turn of the event loop of its own. */
  #afterwards(idle: boolean): boolean {
    const { db, packages } = this.#options.catalogue;
    try {
      if (packages.index.waiting >= (idle ? 1 : INDEX_BATCH)) packages.index.enterSome();
      else return db.checkpointIfDue();
      return true;
    } catch (error) {
      this.#options.log.warn(`The search index could not be brought up to date: ${errorMessage(error)}`);
      return false;
    }
  }

  #storeTaken(opened: OpenedRecord, indexLater: boolean): TakeResult {
    const result = this.#store(opened, false, indexLater);
    // A record that was older once stays so: sequence numbers only grow.
    if (result.outcome === 'older') this.#useless.set(opened.digest, result);
    return result;
  }

  #refuse(digest: string, error: unknown): TakeResult {
    const fault = error instanceof GgenError ? error.details['reason'] : undefined;
    const reason = typeof fault === 'string' ? fault : errorMessage(error);
    const result: TakeResult = { outcome: 'refused', reason };
    // Bytes that are wrong stay wrong; only time passes.
    if (fault === 'from-the-future') this.#doubtClock();
    else if (typeof fault === 'string') this.#useless.set(digest, result);
    return result;
  }

  /** Tell, once in a while, that it may be this machine's clock that is wrong. */
  #doubtClock(): void {
    if (performance.now() < this.#doubtAgain) return;
    this.#doubtAgain = performance.now() + DOUBT_INTERVAL_MS;
    this.#options.log.warn(
      "A record's time lies in the future by this machine's clock, so it is not taken. Check this machine's date and time.",
    );
  }
}
