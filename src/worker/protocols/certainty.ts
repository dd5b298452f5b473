/** So many valid answers of different peers are enough: more would change the outcome once in hundreds of times. */
const ENOUGH = 5;
/**
 * After the first valid answer others have as long again to come with a newer one, within these bounds: a network that
 * answers in no time is not waited for, and a slow one not for ever. In milliseconds.
 */
const GRACE_MS = { least: 25, most: 500 } as const;

/** When a question that is asked of many peers need not be asked any further. Begins with the question. */
export class Certainty {
  readonly #enough = new AbortController();
  readonly #began = performance.now();
  #answers = 0;
  #timer: NodeJS.Timeout | undefined;

  /** Fires when the answer is certain enough. */
  get signal(): AbortSignal {
    return this.#enough.signal;
  }

  /** Whether there was an answer. */
  get any(): boolean {
    return this.#answers > 0;
  }

  /** A peer, another one each time, gave a valid answer. */
  answered(): void {
    this.#answers++;
    if (this.#answers >= ENOUGH) {
      this.#enough.abort();
      return;
    }
    const taken = performance.now() - this.#began;
    this.#timer ??= setTimeout(
      () => {
        this.#enough.abort();
      },
      Math.min(Math.max(taken, GRACE_MS.least), GRACE_MS.most),
    );
  }

  /** The question is over, however it ended. */
  end(): void {
    clearTimeout(this.#timer);
  }
}
