import type { ByteStream } from '../byte-stream.ts';

/** How long a peer may send less than `LEAST_BYTES` while it is waited for. */
const WINDOW_MS = 2_500;
/** Less than this within the window is a stall, or a peer that means to be slow. */
const LEAST_BYTES = 4 * 1024;
const TICK_MS = 250;

/** The peer was waited for in vain. */
export class Stalled extends Error {
  override readonly name = 'PeerLate';
}

/**
 * Waits for a peer's bytes, but not for ever. Only the time spent waiting counts, so that a reader who is busy, or who keeps
 * to a limit of his own, blames nobody; and in ticks, so that an event loop that was held up counts as one of them.
 */
export class Patience {
  readonly #stream: ByteStream;
  #waited = 0;
  #bytes = 0;

  constructor(stream: ByteStream) {
    this.#stream = stream;
  }

  /** What is waited for from now on is something new. */
  renew(): void {
    this.#waited = 0;
    this.#bytes = 0;
  }

  /** @throws Stalled; whatever `signal` was aborted with */
  async more(signal: AbortSignal, least: number): Promise<number> {
    const stalled = new AbortController();
    let last = performance.now();
    let counted = this.#stream.available;
    const wait = (): void => {
      const now = performance.now();
      this.#waited += Math.min(now - last, TICK_MS);
      last = now;
      this.#bytes += this.#stream.available - counted;
      counted = this.#stream.available;
      if (this.#bytes >= LEAST_BYTES) this.renew();
      if (this.#waited >= WINDOW_MS) stalled.abort(new Stalled(`It sent ${this.#bytes} bytes in ${WINDOW_MS} ms`));
    };
    const ticks = setInterval(wait, TICK_MS);
    const forward = (): void => {
      stalled.abort(signal.reason);
    };
    signal.addEventListener('abort', forward, { once: true });
    try {
      signal.throwIfAborted();
      const count = await this.#stream.more(stalled.signal, least);
      wait();
      stalled.signal.throwIfAborted();
      return count;
    } finally {
      clearInterval(ticks);
      signal.removeEventListener('abort', forward);
    }
  }
}
