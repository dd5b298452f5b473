import { CID } from 'multiformats/cid';
import { yieldEvery, yieldToEventLoop } from '../../shared/async.ts';
import type { BlockRow } from './block-index.ts';
import type { BlockStore } from './block-store.ts';
import { markTree } from './mark-tree.ts';
import type { MarkReport } from './mark-tree.ts';
import type { MarkBitmap } from './mark-bitmap.ts';

/** Blocks that one step checks or removes. */
const BATCH_SIZE = 200;

/** Roots of trees that are never collected. */
export interface GcRoots {
  /** Roots that are published, installed or kept here. A root is leased until it is pinned. */
  readonly pinned: () => readonly string[];
  /** Roots that an operation uses now; asked before each removal. */
  readonly leased: () => readonly string[];
}

export interface CollectionResult {
  /** Number of removed blocks, and the sum of their sizes. */
  readonly blocks: number;
  readonly bytes: number;
  /** Damaged blocks of pinned trees that have not been fetched again. */
  readonly damaged: number;
}

/**
 * Mark-and-sweep collection of blocks, in short steps between which the engine goes on. It keeps every block below a
 * pinned or leased root, and every block that is read or written after marking began, because a caller may rely on it. Eviction follows last use: the least recently used blocks go first.
 * A kill at any moment leaves complete blocks; the next collection removes the rest.
 */
export class GarbageCollector {
  readonly #store: BlockStore;
  readonly #roots: GcRoots;
  #queueTail: Promise<unknown> = Promise.resolve();

  constructor(store: BlockStore, roots: GcRoots) {
    this.#store = store;
    this.#roots = roots;
  }

  /**
   * Marks pinned blocks, and removes the least recently used of the others until all blocks together have at most
   * `targetBytes`. One collection runs at a time; other calls wait.
   *
   * @param onProgress called with the bytes removed so far
   * @throws the reason of the signal
   */
  collect(
    targetBytes: number,
    signal: AbortSignal,
    onProgress: (removed: number) => void = () => undefined,
  ): Promise<CollectionResult> {
    const collectOnce = async (): Promise<CollectionResult> => {
      // Reading small blocks never waits for the disk: without this, a series of collections would block the event loop.
      await yieldToEventLoop();
      signal.throwIfAborted();
      await this.#store.indexFiles(signal);
      await this.#store.flushAccessTimes();
      const marks = this.#store.beginSweep();
      try {
        return await new CollectionRun(this.#store, this.#roots, marks, signal).run(targetBytes, onProgress);
      } finally {
        this.#store.endSweep();
      }
    };
    const run = this.#queueTail.then(collectOnce, collectOnce);
    this.#queueTail = run.catch(() => undefined);
    return run;
  }
}

class CollectionRun {
  readonly #store: BlockStore;
  readonly #roots: GcRoots;
  /** Blocks that this collection keeps. */
  readonly #marks: MarkBitmap;
  readonly #signal: AbortSignal;
  readonly #yieldIfDue: () => Promise<void>;
  readonly #visitedRoots = new Set<string>();

  constructor(store: BlockStore, roots: GcRoots, marks: MarkBitmap, signal: AbortSignal) {
    this.#store = store;
    this.#roots = roots;
    this.#marks = marks;
    this.#signal = signal;
    this.#yieldIfDue = yieldEvery({ signal });
  }

  async run(targetBytes: number, onProgress: (removed: number) => void): Promise<CollectionResult> {
    const pinned = this.#store.newMarks();
    const report: MarkReport = { damaged: new Set(), isIncomplete: false };
    for (const root of this.#roots.pinned()) {
      this.#visitedRoots.add(root);
      await markTree(CID.parse(root), this.#store, [this.#marks, pinned], report, this.#signal);
    }
    await this.#updatePinned(pinned, report);
    const { blocks, bytes } = await this.#sweep(targetBytes, onProgress);
    while (blocks > 0 && (await this.#store.vacuum())) await this.#yieldIfDue();
    return { blocks, bytes, damaged: report.damaged.size };
  }

  /**
   * Records which blocks are pinned. While a damaged node hides which blocks belong to a pinned tree, no block is
   * unpinned; the next collection after the repair does that.
   */
  async #updatePinned(pinned: MarkBitmap, { isIncomplete, damaged }: MarkReport): Promise<void> {
    for await (const rows of this.#store.pages(BATCH_SIZE)) {
      await this.#store.pin(
        rows.filter((row) => row.pinned === 0 && pinned.isMarked(row.id)),
        true,
      );
      if (!isIncomplete)
        await this.#store.pin(
          rows.filter((row) => row.pinned === 1 && !pinned.isLive(row.id)),
          false,
        );
      this.#signal.throwIfAborted();
    }
    if (!isIncomplete) await this.#store.forgetDamaged((hash) => damaged.has(Buffer.from(hash).toString('hex')));
  }

  async #sweep(targetBytes: number, onProgress: (removed: number) => void): Promise<{ blocks: number; bytes: number }> {
    const removed = { blocks: 0, bytes: 0 };
    for (let last = { used: -1, id: 0 }; this.#store.size.bytes > targetBytes;) {
      this.#signal.throwIfAborted();
      const rows = takeBytes(
        this.#store.size.bytes - targetBytes,
        this.#store.index.leastRecentlyUsed(last, BATCH_SIZE),
      );
      const end = rows.at(-1);
      if (end === undefined) break;
      last = end;
      const removal = await this.#remove(rows);
      removed.blocks += removal.blocks;
      removed.bytes += removal.bytes;
      onProgress(removed.bytes);
      await this.#yieldIfDue();
    }
    return removed;
  }

  /** Removes blocks that are not marked, after marking the trees that were leased since. */
  async #remove(rows: readonly BlockRow[]): Promise<{ blocks: number; bytes: number }> {
    for (;;) {
      for (const root of this.#newlyLeasedRoots()) {
        this.#visitedRoots.add(root);
        const report: MarkReport = { damaged: new Set(), isIncomplete: false };
        await markTree(CID.parse(root), this.#store, [this.#marks], report, this.#signal);
      }
      const removal = await this.#store.remove(rows, () => this.#newlyLeasedRoots().length === 0);
      if (removal !== undefined) return removal;
    }
  }

  #newlyLeasedRoots(): string[] {
    return this.#roots.leased().filter((root) => !this.#visitedRoots.has(root));
  }
}

/** The first rows whose blocks together have at least this many bytes. */
function takeBytes(bytes: number, rows: readonly BlockRow[]): readonly BlockRow[] {
  let sum = 0;
  const end = rows.findIndex(({ size }) => (sum += size) >= bytes);
  return end === -1 ? rows : rows.slice(0, end + 1);
}
