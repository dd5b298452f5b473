/** So many valid answers of different peers are enough: more would change the outcome once in hundreds of times. */
const QUORUM_SIZE = 5;
/**
 * After the first valid answer others have as long again to come with a newer one, within these bounds: a network that
 * answers in no time is not waited for, and a slow one not for ever. In milliseconds.
 */
const GRACE_PERIOD_MS = { min: 25, max: 500 } as const;

/** When a question that is asked of many peers need not be asked any further. Begins with the question. */
export class Quorum {
  readonly #reached = new AbortController();
  readonly #startedAt = performance.now();
  #answers = 0;
  #timer: NodeJS.Timeout | undefined;

  /** Fires when the answer is certain enough. */
  get signal(): AbortSignal {
    return this.#reached.signal;
  }

  /** Whether there was an answer. */
  get hasAnswers(): boolean {
    return this.#answers > 0;
  }

  /** A peer, another one each time, gave a valid answer. */
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

  /** The question is over, however it ended. */
  end(): void {
    clearTimeout(this.#timer);
  }
}
