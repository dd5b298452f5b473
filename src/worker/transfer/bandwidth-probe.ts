import type { EventLoopUtilization } from 'node:perf_hooks';

/**
 * A thread that is busy for more than this share of its time would not become a quarter faster with any other provider.
 */
const MAX_EVENT_LOOP_UTILIZATION = 0.8;
/** Bytes received since the last reading above which the transfer is what keeps the thread busy. */
const MIN_SAMPLE_BYTES = 512 * 1024;

/**
 * Tells whether a transfer waits for its providers, so that one more provider could make it faster. While the thread is
 * busy with the data that arrives already, one more provider would only add overhead.
 */
export class BandwidthProbe {
  readonly #readUtilization: () => EventLoopUtilization;
  #previous: EventLoopUtilization | undefined;
  #bytes = 0;

  /** @param readUtilization idle and active time of this thread since its start */
  constructor(readUtilization: () => EventLoopUtilization = () => performance.eventLoopUtilization()) {
    this.#readUtilization = readUtilization;
  }

  /** Counts received bytes. The first call starts the measurement. */
  received(bytes: number): void {
    this.#previous ??= this.#readUtilization();
    this.#bytes += bytes;
  }

  /** Whether the thread waited for data since the previous reading; false before any data arrived. */
  hasSpareCapacity(): boolean {
    if (this.#previous === undefined) return false;
    const current = this.#readUtilization();
    const { utilization } = performance.eventLoopUtilization(current, this.#previous);
    const isBusy = utilization > MAX_EVENT_LOOP_UTILIZATION && this.#bytes >= MIN_SAMPLE_BYTES;
    this.#previous = current;
    this.#bytes = 0;
    return !isBusy;
  }
}
