import { toStoreError } from './store-errors.ts';
import type { NewBlock } from './block-index.ts';

/** Bytes after which a batch is written: its transaction takes a millisecond or two. */
const MAX_BATCH_BYTES = 256 * 1024;

interface PendingBlock {
  readonly block: NewBlock;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Writes the blocks that are added in one turn of the event loop in one transaction: all of them are stored, or none.
 */
export class WriteBatch {
  readonly #write: (blocks: readonly NewBlock[]) => Promise<void>;
  #pending: PendingBlock[] = [];
  #bytes = 0;

  /** @param write writes blocks in one transaction */
  constructor(write: (blocks: readonly NewBlock[]) => Promise<void>) {
    this.#write = write;
  }

  /** Resolves when the block is written. The caller must not change its bytes before. */
  add(block: NewBlock): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#pending.push({ block, resolve, reject });
      this.#bytes += block.bytes?.byteLength ?? 0;
      if (this.#bytes >= MAX_BATCH_BYTES) void this.#flush();
      else if (this.#pending.length === 1) setImmediate(() => void this.#flush());
    });
  }

  async #flush(): Promise<void> {
    const pending = this.#pending;
    if (pending.length === 0) return;
    this.#pending = [];
    this.#bytes = 0;
    try {
      await this.#write(pending.map(({ block }) => block));
      for (const { resolve } of pending) resolve();
    } catch (error) {
      const storeError = toStoreError(error);
      for (const { reject } of pending) reject(storeError);
    }
  }
}
