/** Bytes of a large leaf, as the import profile makes them. */
const ROOM_BYTES = 1024 * 1024;
/** Below it, whoever does not give its buffer back would hold much more memory than it uses. */
const LEAST_BYTES = ROOM_BYTES / 2;
const MOST_FREE = 8;
/** How long free buffers are kept after the last one came back. */
const KEPT_MS = 2_000;

/**
 * Buffers for large blocks that are on their way between disk and network, used again as soon as a block has gone: a buffer made
 * for each is garbage that V8 finds late, and the collections it causes cost more than moving the bytes.
 *
 * To give a buffer back is allowed once, not demanded; who still needs the bytes, or shares them with others, must not.
 */
export class BlockBuffers {
  readonly #lent = new WeakSet<ArrayBufferLike>();
  readonly #free: ArrayBufferLike[] = [];
  #forgetting: NodeJS.Timeout | undefined;

  /** So many bytes, of any content. */
  take(size: number): Uint8Array {
    if (size < LEAST_BYTES || size > ROOM_BYTES) return Buffer.allocUnsafeSlow(size);
    const room = this.#free.pop() ?? Buffer.allocUnsafeSlow(ROOM_BYTES).buffer;
    this.#lent.add(room);
    return Buffer.from(room, 0, size);
  }

  /** The block is needed no more, by nobody. Does nothing with bytes that were not taken here. */
  give({ buffer }: Uint8Array): void {
    if (!this.#lent.delete(buffer) || this.#free.length >= MOST_FREE) return;
    this.#free.push(buffer);
    this.#forgetting ??= setTimeout(() => {
      this.#forgetting = undefined;
      this.#free.length = 0;
    }, KEPT_MS).unref();
    this.#forgetting.refresh();
  }
}

/** Those of this thread. */
export const blockBuffers = new BlockBuffers();
