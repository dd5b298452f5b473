import { GgenError, errorMessage } from '../../shared/errors.ts';
import type { Catalogue } from '../catalogue/catalogue.ts';
import type { Logger } from '../log.ts';
import type { RecordSink, TakeResult } from '../network/context.ts';
import { compareRecords } from '../records/compare.ts';
import { openRecord, recordDigest } from '../records/record.ts';
import type { OpenedRecord } from '../records/record.ts';
import { BoundedCache } from './cache.ts';
import { IngestQueue } from './ingest-queue.ts';

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
      open: (envelope) => this.#open(envelope),
      store: (opened) => this.#storeTaken(opened),
      transaction: (work) => {
        options.catalogue.db.transaction(work);
      },
    });
    options.catalogue.db.onRebuilt(() => {
      this.#useless.clear();
    });
  }

  take(envelope: Uint8Array): TakeResult {
    const opened = this.#open(envelope);
    return 'outcome' in opened ? opened : this.#storeTaken(opened);
  }

  /**
   * Take many records, many in one transaction, in slices of a few milliseconds between which the event loop runs: how
   * to take in whatever may come by the hundred. The results stand in the order of the records, and everything that they
   * say is stored. Throws `signal.reason`, and an Error when too much is waiting already (the peer may come again).
   */
  takeMany(envelopes: readonly Uint8Array[], signal?: AbortSignal): Promise<readonly TakeResult[]> {
    return this.#queue.addAll(envelopes, signal);
  }

  /** Store a verified record if it moves its package forward. `mine`: it was signed here. */
  store(opened: OpenedRecord, mine: boolean): TakeResult {
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
    catalogue.packages.put(opened, { mine, now: Date.now() });
    onChange(`${publisher}/${name}`);
    return { outcome: known === undefined ? 'new' : 'newer', ...id };
  }

  /** The verified record, or what is known of it without: the cheap questions come first. */
  #open(envelope: Uint8Array): OpenedRecord | TakeResult {
    const digest = recordDigest(envelope);
    const useless = this.#useless.get(digest);
    if (useless !== undefined) return useless;
    const seen = this.#options.catalogue.packages.byDigest(digest);
    if (seen !== undefined) return { outcome: 'same', ...seen };
    try {
      return openRecord(envelope);
    } catch (error) {
      return this.#refuse(digest, error);
    }
  }

  #storeTaken(opened: OpenedRecord): TakeResult {
    const result = this.store(opened, false);
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
