import type { IngestResult } from '../protocols/record-sink.ts';
import type { OpenedRecord, SealedRecord } from '../records/record.ts';
import { IngestJob } from './ingest-job.ts';

/** Longest time the event loop is held up at once, opening or storing; a commit comes on top of it. */
const MAX_SLICE_MS = 10;
/** Records stored in one transaction: the more, the less each costs; the fewer, the shorter the commit. */
const MAX_BATCH_RECORDS = 100;
/** A record that is ready to be stored waits so long at most for others to be stored with. In milliseconds. */
const MAX_BATCH_WAIT_MS = 20;
/** Nothing came for so long: time for what storing left to be done, which is in nobody's way then. In milliseconds. */
const IDLE_DELAY_MS = 100;
/** Signatures that are verified at the same time, by threads that files are read on too. */
const MAX_PENDING_VERIFICATIONS = 32;
/** Records and bytes that may wait: a sender has to be told to slow down before memory is what is full. */
const MAX_QUEUED_RECORDS = 20_000;
const MAX_QUEUED_BYTES = 64 * 1024 * 1024;

/** Items that were taken out of a line before what is left of it is moved. */
const COMPACT_AFTER_ITEMS = 1_000;

export interface IngestQueueOptions {
  /** What is known of a record without verifying it; else the record, its signature yet to be verified. */
  readonly precheck: (envelope: Uint8Array) => SealedRecord | IngestResult;
  /** Verify a signature on another thread. */
  readonly verify: (sealed: SealedRecord) => Promise<boolean>;
  /** @param signatureValid what came of `verify`, or why it failed */
  readonly open: (sealed: SealedRecord, signatureValid: boolean | Error) => OpenedRecord | IngestResult;
  readonly store: (opened: OpenedRecord) => IngestResult;
  readonly transaction: (work: () => void) => void;
  /**
   * One slice of what storing left to be done later, if it is time for it. `idle`: nothing waits to be stored. Returns
   * whether there was any.
   */
  readonly runDeferred: (idle: boolean) => boolean;
}

interface QueuedRecord {
  readonly job: IngestJob;
  readonly index: number;
  readonly envelope: Uint8Array;
}

interface VerifyingRecord extends QueuedRecord {
  readonly sealed: SealedRecord;
  /** Undefined until the thread has answered. */
  signatureValid: boolean | Error | undefined;
}

interface ReadyRecord extends QueuedRecord {
  readonly opened: OpenedRecord;
}

/**
 * Takes records in slices: signatures verified on other threads, opened one by one, stored many in one transaction, in the
 * order in which they came; and after every few milliseconds the rest of the program has its turn.
 */
export class IngestQueue {
  readonly #options: IngestQueueOptions;
  readonly #items = new FifoQueue<QueuedRecord>();
  readonly #verifying = new FifoQueue<VerifyingRecord>();
  #inFlight = 0;
  #opened: ReadyRecord[] = [];
  #openedSince = 0;
  #bytes = 0;
  #closed = false;
  #scheduled = false;
  #justStored = false;
  /** Something was stored of which a part may be left to be done later. */
  #hasDeferredWork = false;
  #idleElapsed = false;
  #idleTimer: NodeJS.Timeout | undefined;

  constructor(options: IngestQueueOptions) {
    this.#options = options;
  }

  /** Results in the order of the records, once they are stored. */
  addAll(envelopes: readonly Uint8Array[], signal?: AbortSignal): Promise<readonly IngestResult[]> {
    if (this.#closed) return Promise.reject(new Error('The engine is shutting down'));
    const bytes = envelopes.reduce((sum, { length }) => sum + length, 0);
    const queued = this.#items.length + this.#verifying.length + this.#opened.length;
    if (queued + envelopes.length > MAX_QUEUED_RECORDS || this.#bytes + bytes > MAX_QUEUED_BYTES) {
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
    clearTimeout(this.#idleTimer);
    const closing = new Error('The engine is shutting down');
    for (let item = this.#items.shift(); item !== undefined; item = this.#items.shift()) item.job.fail(closing);
    for (let item = this.#verifying.shift(); item !== undefined; item = this.#verifying.shift()) item.job.fail(closing);
    for (const { job } of this.#opened.splice(0)) job.fail(closing);
  }

  #schedule(): void {
    if (this.#scheduled || this.#closed) return;
    if (!this.#hasWork()) {
      if (this.#hasDeferredWork && this.#isIdle()) this.#startIdleTimer();
      return;
    }
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      if (this.#closed) return;
      this.#runTurn();
      this.#schedule();
    });
  }

  #startIdleTimer(): void {
    this.#idleTimer ??= setTimeout(() => {
      this.#idleTimer = undefined;
      this.#idleElapsed = this.#isIdle();
      this.#schedule();
    }, IDLE_DELAY_MS).unref();
  }

  #hasWork(): boolean {
    const canPrecheck = this.#items.length > 0 && this.#inFlight < MAX_PENDING_VERIFICATIONS;
    const canOpen = this.#verifying.first?.signatureValid !== undefined;
    // Otherwise a thread will answer, and that goes on from here.
    return canPrecheck || canOpen || this.#isBatchDue() || this.#isDeferredWorkDue();
  }

  /** While records come in, after each batch; else when it is quiet. */
  #isDeferredWorkDue(): boolean {
    return this.#hasDeferredWork && (this.#isIdle() ? this.#idleElapsed : this.#justStored);
  }

  #runTurn(): void {
    this.#precheck();
    if (this.#isBatchDue()) {
      this.#store();
      this.#hasDeferredWork = true;
      this.#justStored = true;
      this.#idleElapsed = false;
    } else if (this.#isDeferredWorkDue()) {
      this.#justStored = false;
      this.#hasDeferredWork = this.#options.runDeferred(this.#isIdle()) || !this.#isIdle();
    } else {
      this.#open();
    }
  }

  #isIdle(): boolean {
    return this.#items.length === 0 && this.#verifying.length === 0 && this.#opened.length === 0;
  }

  #isBatchDue(): boolean {
    if (this.#opened.length === 0) return false;
    const isQueueEmpty = this.#items.length === 0 && this.#verifying.length === 0;
    return (
      isQueueEmpty ||
      this.#opened.length >= MAX_BATCH_RECORDS ||
      performance.now() - this.#openedSince > MAX_BATCH_WAIT_MS
    );
  }

  /** Hand signatures to the other threads, as many as they shall have at once. */
  #precheck(): void {
    const deadline = performance.now() + MAX_SLICE_MS;
    while (this.#inFlight < MAX_PENDING_VERIFICATIONS && performance.now() < deadline) {
      const item = this.#items.shift();
      if (item === undefined) return;
      if (item.job.isSettled()) continue;
      const sealed = runOrFail(item.job, () => this.#options.precheck(item.envelope));
      if (sealed === undefined) continue;
      if ('outcome' in sealed) item.job.finish(item.index, sealed);
      else this.#verify({ ...item, sealed, signatureValid: undefined });
    }
  }

  #verify(item: VerifyingRecord): void {
    this.#inFlight++;
    this.#verifying.push(item);
    const onVerified = (signatureValid: boolean | Error): void => {
      item.signatureValid = signatureValid;
      this.#inFlight--;
      this.#schedule();
    };
    this.#options.verify(item.sealed).then(onVerified, (error: unknown) => {
      onVerified(error instanceof Error ? error : new Error(String(error)));
    });
  }

  #open(): void {
    const deadline = performance.now() + MAX_SLICE_MS;
    while (this.#opened.length < MAX_BATCH_RECORDS && performance.now() < deadline) {
      const { first } = this.#verifying;
      if (first?.signatureValid === undefined) return;
      this.#verifying.shift();
      this.#openOne(first, first.signatureValid);
    }
  }

  #openOne(item: VerifyingRecord, signatureValid: boolean | Error): void {
    const { job, index, sealed } = item;
    if (job.isSettled()) return;
    const opened = runOrFail(job, () => this.#options.open(sealed, signatureValid));
    if (opened === undefined) return;
    if ('outcome' in opened) {
      job.finish(index, opened);
      return;
    }
    if (this.#opened.length === 0) this.#openedSince = performance.now();
    this.#opened.push({ ...item, opened });
  }

  #store(): void {
    const deadline = performance.now() + MAX_SLICE_MS;
    const stored: { item: ReadyRecord; result: IngestResult }[] = [];
    try {
      this.#options.transaction(() => {
        for (const item of this.#opened) {
          if (performance.now() > deadline) break;
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
function runOrFail<T>(job: IngestJob, work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    job.fail(error);
    return undefined;
  }
}

/** First in, first out, without moving what is left at each step. */
class FifoQueue<T> {
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
    if (this.#next < COMPACT_AFTER_ITEMS && this.length > 0) return item;
    this.#all = this.#all.slice(this.#next);
    this.#next = 0;
    return item;
  }
}
