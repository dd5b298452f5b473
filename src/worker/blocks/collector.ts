import { CID } from 'multiformats/cid';
import type { BlockRow } from './block-index.ts';
import type { BlockStore } from './block-store.ts';
import { breather } from './breather.ts';
import { markTree } from './mark.ts';
import type { MarkReport } from './mark.ts';
import type { Marks } from './marks.ts';

/** Blocks looked at or removed in one go. */
const SLICE = 200;

/** What stays whatever happens. */
export interface Roots {
  /** Roots that are pinned: published, installed or kept here. Whoever pins another one holds it meanwhile. */
  readonly pinned: () => readonly string[];
  /** Roots that something works with right now; asked before each removal. */
  readonly held: () => readonly string[];
}

export interface Collected {
  /** Blocks that were removed, and their bytes. */
  readonly blocks: number;
  readonly bytes: number;
  /** Damaged blocks of pinned content that have not been repaired. */
  readonly damaged: number;
}

/**
 * Marks and sweeps in slices, while everything else goes on. What is below a pinned or held root stays; so does every
 * block that is written or asked for after the marking began, since somebody may rely on it. A kill at any moment leaves
 * blocks that are whole: what was to go may still be there, and goes next time.
 */
export class Collector {
  readonly #store: BlockStore;
  readonly #roots: Roots;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(store: BlockStore, roots: Roots) {
    this.#store = store;
    this.#roots = roots;
  }

  /**
   * Find out what is pinned, and remove the least recently used of the rest until all blocks together have at most
   * `target` bytes. One collection at a time; others wait for their turn.
   */
  collect(
    target: number,
    signal: AbortSignal,
    onProgress: (removed: number) => void = () => undefined,
  ): Promise<Collected> {
    const work = async (): Promise<Collected> => {
      // A store whose blocks are all small is walked without ever waiting for the disk.
      await new Promise((resolve) => setImmediate(resolve));
      signal.throwIfAborted();
      await this.#store.listFiles(signal);
      await this.#store.noteUses();
      const marks = this.#store.sweepBegins();
      try {
        return await new Collection(this.#store, this.#roots, marks, signal).run(target, onProgress);
      } finally {
        this.#store.sweepEnds();
      }
    };
    const turn = this.#turn.then(work, work);
    this.#turn = turn.catch(() => undefined);
    return turn;
  }
}

class Collection {
  readonly #store: BlockStore;
  readonly #roots: Roots;
  /** What stays. */
  readonly #marks: Marks;
  readonly #signal: AbortSignal;
  readonly #breathe: () => Promise<void>;
  readonly #walked = new Set<string>();

  constructor(store: BlockStore, roots: Roots, marks: Marks, signal: AbortSignal) {
    this.#store = store;
    this.#roots = roots;
    this.#marks = marks;
    this.#signal = signal;
    this.#breathe = breather(signal);
  }

  async run(target: number, onProgress: (removed: number) => void): Promise<Collected> {
    const pinned = this.#store.newMarks();
    const report: MarkReport = { damaged: new Set(), blind: false };
    for (const root of this.#roots.pinned()) {
      this.#walked.add(root);
      await markTree(CID.parse(root), this.#store, [this.#marks, pinned], report, this.#breathe);
    }
    await this.#notePinned(pinned, report);
    const { blocks, bytes } = await this.#sweep(target, onProgress);
    while (blocks > 0 && (await this.#store.shrink())) await this.#breathe();
    return { blocks, bytes, damaged: report.damaged.size };
  }

  /**
   * Note which blocks are pinned. While a damaged block hides what belongs to a pinned tree, nothing loses its pin: the
   * next marking after its repair settles that.
   */
  async #notePinned(pinned: Marks, { blind, damaged }: MarkReport): Promise<void> {
    for await (const rows of this.#store.pages(SLICE)) {
      await this.#store.pin(
        rows.filter((row) => row.pinned === 0 && pinned.marked(row.id)),
        true,
      );
      if (!blind)
        await this.#store.pin(
          rows.filter((row) => row.pinned === 1 && !pinned.has(row.id)),
          false,
        );
      this.#signal.throwIfAborted();
    }
    if (!blind) await this.#store.forgetDamaged((hash) => damaged.has(Buffer.from(hash).toString('hex')));
  }

  async #sweep(target: number, onProgress: (removed: number) => void): Promise<{ blocks: number; bytes: number }> {
    const removed = { blocks: 0, bytes: 0 };
    for (let last = { used: -1, id: 0 }; this.#store.size.bytes > target;) {
      this.#signal.throwIfAborted();
      const rows = upTo(this.#store.size.bytes - target, this.#store.index.leastUsed(last, SLICE));
      const end = rows.at(-1);
      if (end === undefined) break;
      last = end;
      const gone = await this.#remove(rows);
      removed.blocks += gone.blocks;
      removed.bytes += gone.bytes;
      onProgress(removed.bytes);
      await this.#breathe();
    }
    return removed;
  }

  /** Remove what is not marked; what was begun to be held meanwhile is marked first. */
  async #remove(rows: readonly BlockRow[]): Promise<{ blocks: number; bytes: number }> {
    for (;;) {
      for (const root of this.#newRoots()) {
        this.#walked.add(root);
        await markTree(
          CID.parse(root),
          this.#store,
          [this.#marks],
          { damaged: new Set(), blind: false },
          this.#breathe,
        );
      }
      const gone = await this.#store.remove(rows, () => this.#newRoots().length === 0);
      if (gone !== undefined) return gone;
    }
  }

  #newRoots(): string[] {
    return this.#roots.held().filter((root) => !this.#walked.has(root));
  }
}

/** As many of the rows as it takes to make up so many bytes. */
function upTo(bytes: number, rows: readonly BlockRow[]): readonly BlockRow[] {
  let sum = 0;
  const enough = rows.findIndex(({ size }) => (sum += size) >= bytes);
  return enough === -1 ? rows : rows.slice(0, enough + 1);
}
