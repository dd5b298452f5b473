/**
 * Coalesces bursts of calls: runs `action` on the first one, at most once per interval, and always once after the last
 * one.
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

  /** Request a run. The first request after a quiet interval runs immediately. */
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
