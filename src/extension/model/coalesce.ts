/**
 * Runs `action` soon after the first of many calls and at most once per `interval` milliseconds, always after the last
 * one. Bursts of events from the network so become one refresh.
 */
export class Coalescer {
  readonly #action: () => void;
  readonly #interval: number;
  #timer: NodeJS.Timeout | undefined;
  #again = false;

  constructor(action: () => void, interval = 100) {
    this.#action = action;
    this.#interval = interval;
  }

  /** Ask for a run. The first one after a quiet time comes at once. */
  request(): void {
    if (this.#timer !== undefined) {
      this.#again = true;
      return;
    }
    this.#run();
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#again = false;
  }

  #run(): void {
    this.#again = false;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      if (this.#again) this.#run();
    }, this.#interval);
    this.#action();
  }
}
