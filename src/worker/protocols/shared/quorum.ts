/** Valid answers of different peers that are enough: further ones would change the result once in hundreds of times. */
const QUORUM_SIZE = 5;
/**
 * Bounds of the time that other peers have to send a newer answer after the first valid one. Between them it is as long as the
 * first answer took, so that a fast network costs no wait and a slow one a bounded wait. In milliseconds.
 */
const GRACE_PERIOD_MS = { min: 25, max: 500 } as const;

/** Decides when a query of many peers has enough answers. Create it when the query starts. */
export class Quorum {
  readonly #reached = new AbortController();
  readonly #startedAt = performance.now();
  #answers = 0;
  #timer: NodeJS.Timeout | undefined;

  /** Fires when there are enough answers. */
  get signal(): AbortSignal {
    return this.#reached.signal;
  }

  /** Whether any valid answer came. */
  get hasAnswers(): boolean {
    return this.#answers > 0;
  }

  /** Counts the valid answer of one more peer. */
  addAnswer(): void {
    this.#answers++;
    if (this.#answers >= QUORUM_SIZE) {
      this.#reached.abort();
      return;
    }
    const elapsedMs = performance.now() - this.#startedAt;
    this.#timer ??= setTimeout(
      () => {
        this.#reached.abort();
      },
      Math.min(Math.max(elapsedMs, GRACE_PERIOD_MS.min), GRACE_PERIOD_MS.max),
    );
  }

  /** Clears the timer; call it when the query has ended, also by an error. */
  end(): void {
    clearTimeout(this.#timer);
  }
}
