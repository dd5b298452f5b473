import { toError } from '../../shared/errors.ts';
import type { IngestResult } from '../protocols/shared/record-sink.ts';
import type { OpenedRecord, SealedRecord } from '../records/record.ts';
import { FifoQueue } from './fifo-queue.ts';
import { IngestJob } from './ingest-job.ts';

/** Maximum time that one turn blocks the event loop by opening or storing records, without the commit. */
const MAX_SLICE_MS = 10;
/** Records per transaction: a larger batch costs less per record, a smaller one commits faster. */
const MAX_BATCH_RECORDS = 100;
/** Maximum wait of a verified record for others to be stored in the same transaction. */
const MAX_BATCH_WAIT_MS = 20;
/** Deferred work runs when no record arrived for this time. */
const IDLE_DELAY_MS = 100;
/** Signatures verified at the same time. Verification shares Node's thread pool with file access. */
const MAX_PENDING_VERIFICATIONS = 32;
/** Bounds memory: further records are refused, so that the sender slows down. */
const MAX_QUEUED_RECORDS = 20_000;
const MAX_QUEUED_BYTES = 64 * 1024 * 1024;

export interface IngestQueueOptions {
  /** Returns the result of a record that needs no verification; else the record with its signature to be verified. */
  readonly precheck: (envelope: Uint8Array) => SealedRecord | IngestResult;
  /** Verifies a signature on another thread. */
  readonly verify: (sealed: SealedRecord) => Promise<boolean>;
  /** @param signatureValid result of `verify`, or its error */
  readonly open: (sealed: SealedRecord, signatureValid: boolean | Error) => OpenedRecord | IngestResult;
  readonly store: (opened: OpenedRecord) => IngestResult;
  readonly transaction: (work: () => void) => void;
  /**
   * Runs one batch of deferred work if it is due. Returns whether there was any.
   *
   * @param idle no record waits to be stored
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
  /** Undefined until the other thread has answered. */
  signatureValid: boolean | Error | undefined;
}

interface ReadyRecord extends QueuedRecord {
  readonly opened: OpenedRecord;
}

/**
 * Ingests records in turns of a few milliseconds, between which the event loop continues: signatures are verified on
 * other threads, records are opened one by one and stored in batches, in the order of their arrival.
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
  /** Records were stored, and a part of their work may be deferred. */
  #hasDeferredWork = false;
  #idleElapsed = false;
  #idleTimer: NodeJS.Timeout | undefined;

  constructor(options: IngestQueueOptions) {
    this.#options = options;
  }

  /** Resolves with the results in the order of the records, once they are stored. */
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

  /** Rejects waiting records. Deferred work stays in the database and continues after the next start. */
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
    // Otherwise the answer of a verifying thread starts the next turn.
    return canPrecheck || canOpen || this.#isBatchDue() || this.#isDeferredWorkDue();
  }

  /** While records arrive, deferred work runs after each batch; otherwise when the queue is idle. */
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

  /** Passes signatures to other threads, up to the limit. */
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
      onVerified(toError(error));
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
      // The transaction was rolled back, so none of its results are valid.
      for (const { job } of this.#opened) job.fail(error);
      this.#opened = [];
      return;
    }
    this.#opened.splice(0, stored.length);
    for (const { item, result } of stored) item.job.finish(item.index, result);
  }
}

/** An error of the database concerns only the caller of this record. */
function runOrFail<T>(job: IngestJob, work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    job.fail(error);
    return undefined;
  }
}
