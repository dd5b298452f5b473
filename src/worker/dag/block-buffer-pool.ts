/** Size of a large leaf of the import profile. */
const BUFFER_BYTES = 1024 * 1024;
/**
 * Smaller blocks get buffers of their own size: one that is never released would occupy much more memory than it uses.
 */
const MIN_POOLED_BYTES = BUFFER_BYTES / 2;
const MAX_FREE_BUFFERS = 8;
/** How long free buffers are kept after the last release. */
const IDLE_TIMEOUT_MS = 2_000;

/**
 * Reuses the buffers of large blocks between disk and network. A new buffer for each block would be garbage that V8
 * collects late, and these collections cost more than copying the bytes.
 *
 * Ownership: the code that acquires a buffer owns it, and passes the ownership on with the bytes: from the file or the
 * network to the store (until `put` resolves) or to the stream (until it has encrypted or copied the bytes). The last
 * owner may release the buffer once, and does not have to: a buffer that is not released is ordinary garbage. A buffer
 * must not be released while anything refers to its bytes, such as the links of a decoded node, or another caller that
 * was given the same bytes.
 */
export class BlockBufferPool {
  readonly #leased = new WeakSet<ArrayBufferLike>();
  readonly #free: ArrayBufferLike[] = [];
  #clearTimer: NodeJS.Timeout | undefined;

  /** A buffer of this size, whose content is undefined. */
  acquire(size: number): Uint8Array {
    if (size < MIN_POOLED_BYTES || size > BUFFER_BYTES) return Buffer.allocUnsafeSlow(size);
    const arrayBuffer = this.#free.pop() ?? Buffer.allocUnsafeSlow(BUFFER_BYTES).buffer;
    this.#leased.add(arrayBuffer);
    return Buffer.from(arrayBuffer, 0, size);
  }

  /** Returns a buffer to the pool: nothing may use its bytes afterwards. Ignores bytes that are not from this pool. */
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

/** The pool of this thread. */
export const blockBufferPool = new BlockBufferPool();
