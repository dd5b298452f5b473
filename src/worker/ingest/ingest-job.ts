import type { IngestResult } from '../protocols/shared/record-sink.ts';

/** The records of one caller, and the result of each. */
export class IngestJob {
  /** Resolves with the results in the order of the records, once the last one is processed. */
  readonly results: Promise<readonly IngestResult[]>;
  readonly #results: (IngestResult | undefined)[];
  readonly #signal: AbortSignal | undefined;
  readonly #onSettled: () => void;
  #pending: number;
  readonly #resolve: (results: readonly IngestResult[]) => void;
  readonly #reject: (error: unknown) => void;

  /** @param onSettled called once, on success and on failure */
  constructor(count: number, signal: AbortSignal | undefined, onSettled: () => void) {
    const { promise, resolve, reject } = Promise.withResolvers<readonly IngestResult[]>();
    this.results = promise;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#results = new Array<IngestResult | undefined>(count);
    this.#pending = count;
    this.#signal = signal;
    this.#onSettled = onSettled;
  }

  /** Whether the job failed or its caller canceled it, so that its remaining records can be skipped. */
  isSettled(): boolean {
    if (this.#signal?.aborted === true) this.fail(this.#signal.reason);
    return this.#pending <= 0;
  }

  finish(index: number, result: IngestResult): void {
    if (this.#pending <= 0) return;
    this.#results[index] = result;
    this.#pending--;
    if (this.#pending > 0) return;
    this.#onSettled();
    this.#resolve(this.#results.filter((one) => one !== undefined));
  }

  fail(error: unknown): void {
    if (this.#pending <= 0) return;
    // Marks the job as settled for its records in progress.
    this.#pending = -1;
    this.#onSettled();
    this.#reject(error);
  }
}
