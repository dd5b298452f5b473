import { storeFault } from './faults.ts';
import type { NewBlock } from './block-index.ts';

/** Bytes that are gathered before they are written at once: a transaction of these takes a millisecond or two. */
const BATCH_BYTES = 256 * 1024;

interface Waiting {
  readonly block: NewBlock;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Gathers blocks that are written in the same moment into one transaction: all of them are there afterwards, or none. */
export class WriteBatch {
  readonly #write: (blocks: readonly NewBlock[]) => Promise<void>;
  #waiting: Waiting[] = [];
  #bytes = 0;

  /** @param write writes them in one go */
  constructor(write: (blocks: readonly NewBlock[]) => Promise<void>) {
    this.#write = write;
  }

  /** Resolves when the block is written. */
  add(block: NewBlock): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ block, resolve, reject });
      this.#bytes += block.bytes?.byteLength ?? 0;
      if (this.#bytes >= BATCH_BYTES) void this.#flush();
      else if (this.#waiting.length === 1) setImmediate(() => void this.#flush());
    });
  }

  async #flush(): Promise<void> {
    const waiting = this.#waiting;
    if (waiting.length === 0) return;
    this.#waiting = [];
    this.#bytes = 0;
    try {
      await this.#write(waiting.map(({ block }) => block));
      for (const { resolve } of waiting) resolve();
    } catch (error) {
      const fault = storeFault(error);
      for (const { reject } of waiting) reject(fault);
    }
  }
}
