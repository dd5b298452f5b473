/** Above this share of its time a thread has none to spare. */
const BUSY = 0.9;
/** What a transfer must have brought between two looks to be what a thread is busy with, in bytes. */
const MUCH_BYTES = 512 * 1024;

/**
 * Whether a transfer waits for others, so that asking one more could make it faster. Where this thread has no time to spare with what
 * comes already, one more would only have it change between them.
 */
export class Headroom {
  #load = performance.eventLoopUtilization();
  #bytes = 0;

  received(bytes: number): void {
    this.#bytes += bytes;
  }

  /** Whether it waited since the last look. */
  look(): boolean {
    const load = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(load, this.#load);
    const isBusy = utilization > BUSY && this.#bytes >= MUCH_BYTES;
    this.#load = load;
    this.#bytes = 0;
    return !isBusy;
  }
}
