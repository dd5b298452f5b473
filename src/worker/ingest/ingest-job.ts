import type { TakeResult } from '../protocols/context.ts';

/** What one caller handed in, and what became of each of its records. */
export class IngestJob {
  /** In the order of the records, once the last one is done. Rejects with what made the job end early. */
  readonly results: Promise<readonly TakeResult[]>;
  readonly #results: (TakeResult | undefined)[];
  readonly #signal: AbortSignal | undefined;
  readonly #onEnd: () => void;
  #left: number;
  readonly #resolve: (results: readonly TakeResult[]) => void;
  readonly #reject: (error: unknown) => void;

  /** @param onEnd called once, however it ends */
  constructor(records: number, signal: AbortSignal | undefined, onEnd: () => void) {
    const { promise, resolve, reject } = Promise.withResolvers<readonly TakeResult[]>();
    this.results = promise;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#results = new Array<TakeResult | undefined>(records);
    this.#left = records;
    this.#signal = signal;
    this.#onEnd = onEnd;
  }

  /** Whether nobody waits for it any more: it failed, or its caller cancelled. */
  isOver(): boolean {
    if (this.#signal?.aborted === true) this.fail(this.#signal.reason);
    return this.#left <= 0;
  }

  finish(index: number, result: TakeResult): void {
    if (this.#left <= 0) return;
    this.#results[index] = result;
    this.#left--;
    if (this.#left > 0) return;
    this.#onEnd();
    this.#resolve(this.#results.filter((one) => one !== undefined));
  }

  fail(error: unknown): void {
    if (this.#left <= 0) return;
    // What of it is still under way finds it over.
    this.#left = -1;
    this.#onEnd();
    this.#reject(error);
  }
}
