/**
 * Runs `action` soon after the first of many calls and at most once per `interval` milliseconds, always after the last
 * one. Bursts of events from the network so become one refresh.
 */
export class Coalescer {
  readonly #action: () => void;
  readonly #intervalMs: number;
  #timer: NodeJS.Timeout | undefined;
  #rerun = false;

  constructor(action: () => void, intervalMs = 100) {
    this.#action = action;
    this.#intervalMs = intervalMs;
  }

  /** Ask for a run. The first one after a quiet time comes at once. */
  request(): void {
    if (this.#timer !== undefined) {
      this.#rerun = true;
      return;
    }
    this.#run();
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#rerun = false;
  }

  #run(): void {
    this.#rerun = false;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      if (this.#rerun) this.#run();
    }, this.#intervalMs);
    this.#action();
  }
}
