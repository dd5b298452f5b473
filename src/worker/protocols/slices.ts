/** Longest piece of work before the event loop has its turn, in milliseconds. */
const SLICE_MS = 8;

/** Cuts long work into slices: call `next` between its steps, and it lets the event loop go on when it is time. */
export class Slices {
  #began = performance.now();

  async next(): Promise<void> {
    if (performance.now() - this.#began < SLICE_MS) return;
    await new Promise((resolve) => setImmediate(resolve));
    this.#began = performance.now();
  }
}
