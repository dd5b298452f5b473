import type { TakeResult } from '../protocols/context.ts';
import type { OpenedRecord, SealedRecord } from '../records/record.ts';
import { IngestJob } from './ingest-job.ts';

/** Longest time the event loop is held up at once, opening or storing; a commit comes on top of it. */
const SLICE_MS = 10;
/** Records stored in one transaction: the more, the less each costs; the fewer, the shorter the commit. */
const BATCH = 100;
/** A record that is ready to be stored waits so long at most for others to be stored with. In milliseconds. */
const MOST_PATIENCE_MS = 20;
/** Nothing came for so long: time for what storing left to be done, which is in nobody's way then. In milliseconds. */
const QUIET_MS = 100;
/** Signatures that are verified at the same time, by threads that files are read on too. */
const MOST_ASIDE = 32;
/** Records and bytes that may wait: a sender has to be told to slow down before memory is what is full. */
const MOST_WAITING = 20_000;
const MOST_WAITING_BYTES = 64 * 1024 * 1024;

/** Items that were taken out of a line before what is left of it is moved. */
const CUT_AFTER = 1_000;

export interface IngestQueueOptions {
  /** What is known of a record without verifying it; else the record, its signature yet to be verified. */
  readonly look: (envelope: Uint8Array) => SealedRecord | TakeResult;
  /** Verify a signature on another thread. */
  readonly verify: (sealed: SealedRecord) => Promise<boolean>;
  /** @param genuine what came of `verify`, or why it failed */
  readonly open: (sealed: SealedRecord, genuine: boolean | Error) => OpenedRecord | TakeResult;
  readonly store: (opened: OpenedRecord) => TakeResult;
  readonly transaction: (work: () => void) => void;
  /**
   * One slice of what storing left to be done later, if it is time for it. `idle`: nothing waits to be stored. Returns
   * whether there was any.
   */
  readonly afterwards: (idle: boolean) => boolean;
}

interface Item {
  readonly job: IngestJob;
  readonly index: number;
  readonly envelope: Uint8Array;
}

interface Verified extends Item {
  readonly sealed: SealedRecord;
  /** Undefined until the thread has answered. */
  genuine: boolean | Error | undefined;
}

interface Opened extends Item {
  readonly opened: OpenedRecord;
}

/**
 * Takes records in slices: signatures verified on other threads, opened one by one, stored many in one transaction, in the
 * order in which they came; and after every few milliseconds the rest of the program has its turn.
 */
export class IngestQueue {
  readonly #options: IngestQueueOptions;
  readonly #items = new Line<Item>();
  readonly #aside = new Line<Verified>();
  #inFlight = 0;
  #opened: Opened[] = [];
  #openedSince = 0;
  #bytes = 0;
  #closed = false;
  #scheduled = false;
  #justStored = false;
  /** Something was stored of which a part may be left to be done later. */
  #unfinished = false;
  #quiet = false;
  #quietTimer: NodeJS.Timeout | undefined;

  constructor(options: IngestQueueOptions) {
    this.#options = options;
  }

  /** Results in the order of the records, once they are stored. */
  addAll(envelopes: readonly Uint8Array[], signal?: AbortSignal): Promise<readonly TakeResult[]> {
    if (this.#closed) return Promise.reject(new Error('The engine is closing'));
    const bytes = envelopes.reduce((sum, { length }) => sum + length, 0);
    const waiting = this.#items.length + this.#aside.length + this.#opened.length;
    if (waiting + envelopes.length > MOST_WAITING || this.#bytes + bytes > MOST_WAITING_BYTES) {
      return Promise.reject(new Error('Too many records are waiting to be verified'));
    }
    if (envelopes.length === 0) return Promise.resolve([]);
    this.#bytes += bytes;
    const job = new IngestJob(envelopes.length, signal, () => (this.#bytes -= bytes));
    envelopes.forEach((envelope, index) => {
      this.#items.push({ job, index, envelope });
    });
    this.#schedule();
    return job.results;
  }

  /** Fail what waits. What storing left to be done stays so: whoever opens the database next goes on with it. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#quietTimer);
    const over = new Error('The engine is closing');
    for (let item = this.#items.shift(); item !== undefined; item = this.#items.shift()) item.job.fail(over);
    for (let item = this.#aside.shift(); item !== undefined; item = this.#aside.shift()) item.job.fail(over);
    for (const { job } of this.#opened.splice(0)) job.fail(over);
  }

  #schedule(): void {
    if (this.#scheduled || this.#closed) return;
    if (!this.#hasWork()) {
      if (this.#unfinished && this.#isIdle()) this.#awaitQuiet();
      return;
    }
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      if (this.#closed) return;
      this.#turn();
      this.#schedule();
    });
  }

  #awaitQuiet(): void {
    this.#quietTimer ??= setTimeout(() => {
      this.#quietTimer = undefined;
      this.#quiet = this.#isIdle();
      this.#schedule();
    }, QUIET_MS).unref();
  }

  #hasWork(): boolean {
    const canLook = this.#items.length > 0 && this.#inFlight < MOST_ASIDE;
    const canOpen = this.#aside.first?.genuine !== undefined;
    // Otherwise a thread will answer, and that goes on from here.
    return canLook || canOpen || this.#isTimeToStore() || this.#isTimeForTheRest();
  }

  /** While records come in, after each batch; else when it is quiet. */
  #isTimeForTheRest(): boolean {
    return this.#unfinished && (this.#isIdle() ? this.#quiet : this.#justStored);
  }

  #turn(): void {
    this.#look();
    if (this.#isTimeToStore()) {
      this.#store();
      this.#unfinished = true;
      this.#justStored = true;
      this.#quiet = false;
    } else if (this.#isTimeForTheRest()) {
      this.#justStored = false;
      this.#unfinished = this.#options.afterwards(this.#isIdle()) || !this.#isIdle();
    } else {
      this.#open();
    }
  }

  #isIdle(): boolean {
    return this.#items.length === 0 && this.#aside.length === 0 && this.#opened.length === 0;
  }

  #isTimeToStore(): boolean {
    if (this.#opened.length === 0) return false;
    const nothingElse = this.#items.length === 0 && this.#aside.length === 0;
    return nothingElse || this.#opened.length >= BATCH || performance.now() - this.#openedSince > MOST_PATIENCE_MS;
  }

  /** Hand signatures to the other threads, as many as they shall have at once. */
  #look(): void {
    const end = performance.now() + SLICE_MS;
    while (this.#inFlight < MOST_ASIDE && performance.now() < end) {
      const item = this.#items.shift();
      if (item === undefined) return;
      if (item.job.isOver()) continue;
      const sealed = orFail(item.job, () => this.#options.look(item.envelope));
      if (sealed === undefined) continue;
      if ('outcome' in sealed) item.job.finish(item.index, sealed);
      else this.#verify({ ...item, sealed, genuine: undefined });
    }
  }

  #verify(item: Verified): void {
    this.#inFlight++;
    this.#aside.push(item);
    const answered = (genuine: boolean | Error): void => {
      item.genuine = genuine;
      this.#inFlight--;
      this.#schedule();
    };
    this.#options.verify(item.sealed).then(answered, (error: unknown) => {
      answered(error instanceof Error ? error : new Error(String(error)));
    });
  }

  #open(): void {
    const end = performance.now() + SLICE_MS;
    while (this.#opened.length < BATCH && performance.now() < end) {
      const { first } = this.#aside;
      if (first?.genuine === undefined) return;
      this.#aside.shift();
      this.#openOne(first, first.genuine);
    }
  }

  #openOne(item: Verified, genuine: boolean | Error): void {
    const { job, index, sealed } = item;
    if (job.isOver()) return;
    const opened = orFail(job, () => this.#options.open(sealed, genuine));
    if (opened === undefined) return;
    if ('outcome' in opened) {
      job.finish(index, opened);
      return;
    }
    if (this.#opened.length === 0) this.#openedSince = performance.now();
    this.#opened.push({ ...item, opened });
  }

  #store(): void {
    const end = performance.now() + SLICE_MS;
    const stored: { item: Opened; result: TakeResult }[] = [];
    try {
      this.#options.transaction(() => {
        for (const item of this.#opened) {
          if (performance.now() > end) break;
          stored.push({ item, result: this.#options.store(item.opened) });
        }
      });
    } catch (error) {
      // Nothing of the slice was stored, so nobody may believe its results.
      for (const { job } of this.#opened) job.fail(error);
      this.#opened = [];
      return;
    }
    this.#opened.splice(0, stored.length);
    for (const { item, result } of stored) item.job.finish(item.index, result);
  }
}

/** What the database throws is the caller's to know; the others are not to suffer from it. */
function orFail<T>(job: IngestJob, work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    job.fail(error);
    return undefined;
  }
}

/** First in, first out, without moving what is left at each step. */
class Line<T> {
  #all: (T | undefined)[] = [];
  #next = 0;

  get length(): number {
    return this.#all.length - this.#next;
  }

  get first(): T | undefined {
    return this.#all[this.#next];
  }

  push(item: T): void {
    this.#all.push(item);
  }

  shift(): T | undefined {
    const item = this.#all[this.#next];
    if (item === undefined) return undefined;
    // Not kept until the line is cut: it may hold 64 KiB.
    this.#all[this.#next] = undefined;
    this.#next++;
    if (this.#next < CUT_AFTER && this.length > 0) return item;
    this.#all = this.#all.slice(this.#next);
    this.#next = 0;
    return item;
  }
}
