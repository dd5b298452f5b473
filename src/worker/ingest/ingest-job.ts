import type { IngestResult } from '../protocols/record-sink.ts';

/** What one caller handed in, and what became of each of its records. */
export class IngestJob {
  /** In the order of the records, once the last one is done. Rejects with what made the job end early. */
  readonly results: Promise<readonly IngestResult[]>;
  readonly #results: (IngestResult | undefined)[];
  readonly #signal: AbortSignal | undefined;
  readonly #onSettled: () => void;
  #pending: number;
  readonly #resolve: (results: readonly IngestResult[]) => void;
  readonly #reject: (error: unknown) => void;

  /** @param onSettled called once, however it ends */
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

  /** Whether nobody waits for it any more: it failed, or its caller canceled. */
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
    // What of it is still under way finds it over.
    this.#pending = -1;
    this.#onSettled();
    this.#reject(error);
  }
}
