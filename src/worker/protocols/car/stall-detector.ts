import type { ByteStream } from '../wire/byte-stream.ts';
import { MIN_SENDER_BYTES, STALL_TICK_INTERVAL_MS, STALL_TIMEOUT_MS } from './limits.ts';

/** The peer sent too little while the client waited for it. */
export class StallError extends Error {
  override readonly name = 'StallError';
}

/**
 * Ends a wait for a peer that stopped sending. Only time spent waiting counts, so that a busy or rate-limited reader does not
 * blame the peer. Time is counted in ticks, so that a blocked event loop counts as one of them.
 */
export class StallDetector {
  readonly #stream: Pick<ByteStream, 'available' | 'waitForBytes'>;
  #waitedMs = 0;
  #bytes = 0;

  constructor(stream: Pick<ByteStream, 'available' | 'waitForBytes'>) {
    this.#stream = stream;
  }

  /** Forgets the time waited so far: a new answer begins. */
  reset(): void {
    this.#waitedMs = 0;
    this.#bytes = 0;
  }

  /** @throws StallError; the reason of `signal` */
  async waitForBytes(signal: AbortSignal, minBytes: number): Promise<number> {
    const stalled = new AbortController();
    let last = performance.now();
    let available = this.#stream.available;
    const tick = (): void => {
      const now = performance.now();
      this.#waitedMs += Math.min(now - last, STALL_TICK_INTERVAL_MS);
      last = now;
      this.#bytes += this.#stream.available - available;
      available = this.#stream.available;
      if (this.#bytes >= MIN_SENDER_BYTES) this.reset();
      if (this.#waitedMs >= STALL_TIMEOUT_MS)
        stalled.abort(new StallError(`It sent ${this.#bytes} bytes in ${STALL_TIMEOUT_MS} ms`));
    };
    const ticks = setInterval(tick, STALL_TICK_INTERVAL_MS);
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
