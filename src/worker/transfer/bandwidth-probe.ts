/** Above this share of its time a thread has so little to spare that nobody could make it a quarter faster. */
const MAX_EVENT_LOOP_UTILIZATION = 0.8;
/** What a transfer must have brought between two looks to be what a thread is busy with, in bytes. */
const MIN_SAMPLE_BYTES = 512 * 1024;

/**
 * Whether a transfer waits for others, so that asking one more could make it faster. Where this thread has no time to spare with what
 * comes already, one more would only have it change between them.
 */
export class BandwidthProbe {
  #previousLoad: ReturnType<typeof performance.eventLoopUtilization> | undefined;
  #bytes = 0;

  /** From the first time on, waiting counts: before it, there is nothing to tell by. */
  received(bytes: number): void {
    this.#previousLoad ??= performance.eventLoopUtilization();
    this.#bytes += bytes;
  }

  /** Whether it waited since the last look. */
  hasSpareCapacity(): boolean {
    if (this.#previousLoad === undefined) return false;
    const load = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(load, this.#previousLoad);
    const isBusy = utilization > MAX_EVENT_LOOP_UTILIZATION && this.#bytes >= MIN_SAMPLE_BYTES;
    this.#previousLoad = load;
    this.#bytes = 0;
    return !isBusy;
  }
}
