/** Bytes of a large leaf, as the import profile makes them. */
const BUFFER_BYTES = 1024 * 1024;
/** Below it, whoever does not give its buffer back would hold much more memory than it uses. */
const MIN_POOLED_BYTES = BUFFER_BYTES / 2;
const MAX_FREE_BUFFERS = 8;
/** How long free buffers are kept after the last one came back. */
const IDLE_TIMEOUT_MS = 2_000;

/**
 * Buffers for large blocks that are on their way between disk and network, used again as soon as a block has gone: a buffer made
 * for each is garbage that V8 finds late, and the collections it causes cost more than moving the bytes.
 *
 * To give a buffer back is allowed once, not demanded; who still needs the bytes, or shares them with others, must not.
 */
export class BlockBufferPool {
  readonly #leased = new WeakSet<ArrayBufferLike>();
  readonly #free: ArrayBufferLike[] = [];
  #clearTimer: NodeJS.Timeout | undefined;

  /** So many bytes, of any content. */
  acquire(size: number): Uint8Array {
    if (size < MIN_POOLED_BYTES || size > BUFFER_BYTES) return Buffer.allocUnsafeSlow(size);
    const arrayBuffer = this.#free.pop() ?? Buffer.allocUnsafeSlow(BUFFER_BYTES).buffer;
    this.#leased.add(arrayBuffer);
    return Buffer.from(arrayBuffer, 0, size);
  }

  /** The block is needed no more, by nobody. Does nothing with bytes that were not taken here. */
  release({ buffer }: Uint8Array): void {
    if (!this.#leased.delete(buffer) || this.#free.length >= MAX_FREE_BUFFERS) return;
    this.#free.push(buffer);
    this.#clearTimer ??= setTimeout(() => {
      this.#clearTimer = undefined;
      this.#free.length = 0;
    }, IDLE_TIMEOUT_MS).unref();
    this.#clearTimer.refresh();
  }
}

/** Those of this thread. */
export const blockBufferPool = new BlockBufferPool();
