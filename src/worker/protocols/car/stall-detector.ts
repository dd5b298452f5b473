import type { ByteStream } from '../byte-stream.ts';

/** How long a peer may send less than `MIN_BYTES` while it is waited for. */
const STALL_TIMEOUT_MS = 2_500;
/** Less than this within the window is a stall, or a peer that means to be slow. */
const MIN_PROGRESS_BYTES = 4 * 1024;
const TICK_INTERVAL_MS = 250;

/** The peer was waited for in vain. */
export class StallError extends Error {
  override readonly name = 'StallError';
}

/**
 * Waits for a peer's bytes, but not for ever. Only the time spent waiting counts, so that a reader who is busy, or who keeps
 * to a limit of his own, blames nobody; and in ticks, so that an event loop that was held up counts as one of them.
 */
export class StallDetector {
  readonly #stream: ByteStream;
  #waitedMs = 0;
  #bytes = 0;

  constructor(stream: ByteStream) {
    this.#stream = stream;
  }

  /** What is waited for from now on is something new. */
  reset(): void {
    this.#waitedMs = 0;
    this.#bytes = 0;
  }

  /** @throws Stalled; whatever `signal` was aborted with */
  async waitForBytes(signal: AbortSignal, minBytes: number): Promise<number> {
    const stalled = new AbortController();
    let last = performance.now();
    let available = this.#stream.available;
    const tick = (): void => {
      const now = performance.now();
      this.#waitedMs += Math.min(now - last, TICK_INTERVAL_MS);
      last = now;
      this.#bytes += this.#stream.available - available;
      available = this.#stream.available;
      if (this.#bytes >= MIN_PROGRESS_BYTES) this.reset();
      if (this.#waitedMs >= STALL_TIMEOUT_MS)
        stalled.abort(new StallError(`It sent ${this.#bytes} bytes in ${STALL_TIMEOUT_MS} ms`));
    };
    const ticks = setInterval(tick, TICK_INTERVAL_MS);
    const onAbort = (): void => {
      stalled.abort(signal.reason);
    };
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      signal.throwIfAborted();
      const count = await this.#stream.waitForBytes(stalled.signal, minBytes);
      tick();
      stalled.signal.throwIfAborted();
      return count;
    } finally {
      clearInterval(ticks);
      signal.removeEventListener('abort', onAbort);
    }
  }
}
