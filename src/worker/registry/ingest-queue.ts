import type { TakeResult } from '../network/context.ts';
import type { OpenedRecord } from '../records/record.ts';

/** Longest time the event loop is held up at once, verifying or storing; a commit comes on top of it. */
const SLICE_MS = 12;
/** Records stored in one transaction: the more, the less each costs; the fewer, the shorter the commit. */
const BATCH = 100;
/** Records and bytes that may wait: a sender has to be told to slow down before memory is what is full. */
const MOST_WAITING = 20_000;
const MOST_WAITING_BYTES = 64 * 1024 * 1024;

export interface IngestQueueOptions {
  /** Verify a record, or tell what is known of it without. */
  readonly open: (envelope: Uint8Array) => OpenedRecord | TakeResult;
  readonly store: (opened: OpenedRecord) => TakeResult;
  readonly transaction: (work: () => void) => void;
}

/** What one caller handed in. */
interface Job {
  readonly results: (TakeResult | undefined)[];
  readonly bytes: number;
  readonly signal: AbortSignal | undefined;
  left: number;
  readonly resolve: (results: readonly TakeResult[]) => void;
  readonly reject: (error: unknown) => void;
}

interface Item {
  readonly job: Job;
  readonly index: number;
  readonly envelope: Uint8Array;
}

interface OpenedItem extends Item {
  readonly opened: OpenedRecord;
}

/**
 * Takes records in slices: verified one by one, stored many in one transaction, and after every few milliseconds the rest
 * of the program has its turn.
 */
export class IngestQueue {
  readonly #options: IngestQueueOptions;
  #items: Item[] = [];
  /** First item that was not looked at. */
  #next = 0;
  #opened: OpenedItem[] = [];
  #bytes = 0;
  #scheduled = false;

  constructor(options: IngestQueueOptions) {
    this.#options = options;
  }

  /** Results in the order of the records, once they are stored. */
  addAll(envelopes: readonly Uint8Array[], signal?: AbortSignal): Promise<readonly TakeResult[]> {
    const bytes = envelopes.reduce((sum, { length }) => sum + length, 0);
    const waiting = this.#items.length - this.#next + this.#opened.length;
    if (waiting + envelopes.length > MOST_WAITING || this.#bytes + bytes > MOST_WAITING_BYTES) {
      return Promise.reject(new Error('Too many records are waiting to be verified'));
    }
    if (envelopes.length === 0) return Promise.resolve([]);
    return new Promise((resolve, reject) => {
      const results = new Array<TakeResult | undefined>(envelopes.length);
      const job: Job = { results, bytes, signal, left: envelopes.length, resolve, reject };
      this.#bytes += bytes;
      envelopes.forEach((envelope, index) => this.#items.push({ job, index, envelope }));
      this.#schedule();
    });
  }

  #schedule(): void {
    if (this.#scheduled || (this.#next >= this.#items.length && this.#opened.length === 0)) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      if (this.#opened.length >= BATCH || this.#next >= this.#items.length) this.#store();
      else this.#open();
      this.#schedule();
    });
  }

  #open(): void {
    const end = performance.now() + SLICE_MS;
    while (this.#opened.length < BATCH && performance.now() < end) {
      const item = this.#items[this.#next];
      if (item === undefined) break;
      this.#next++;
      this.#openOne(item);
    }
    if (this.#next >= this.#items.length) {
      this.#items = [];
      this.#next = 0;
    }
  }

  #openOne(item: Item): void {
    const { job, envelope } = item;
    if (job.signal?.aborted === true) {
      this.#fail(job, job.signal.reason);
      return;
    }
    const opened = this.#options.open(envelope);
    if ('outcome' in opened) this.#finish(item, opened);
    else this.#opened.push({ ...item, opened });
  }

  #store(): void {
    const end = performance.now() + SLICE_MS;
    const stored: { item: OpenedItem; result: TakeResult }[] = [];
    try {
      this.#options.transaction(() => {
        for (const item of this.#opened) {
          if (performance.now() > end) break;
          stored.push({ item, result: this.#options.store(item.opened) });
        }
      });
    } catch (error) {
      // Nothing of the slice was stored, so nobody may believe its results.
      for (const { job } of this.#opened) this.#fail(job, error);
      this.#opened = [];
      return;
    }
    this.#opened.splice(0, stored.length);
    for (const { item, result } of stored) this.#finish(item, result);
  }

  #finish({ job, index }: Item, result: TakeResult): void {
    job.results[index] = result;
    job.left--;
    if (job.left !== 0) return;
    this.#bytes -= job.bytes;
    job.resolve(job.results.filter((one) => one !== undefined));
  }

  #fail(job: Job, error: unknown): void {
    if (job.left <= 0) return;
    // What of it is still under way finds it over.
    job.left = -1;
    this.#bytes -= job.bytes;
    job.reject(error);
  }
}
