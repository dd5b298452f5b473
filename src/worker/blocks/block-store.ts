import { CID } from 'multiformats/cid';
import * as Digest from 'multiformats/hashes/digest';
import type { Blockstore, InputPair, Pair } from 'interface-blockstore';
import { RAW } from '../dag/codecs.ts';
import { BlockFolder } from './block-folder.ts';
import type { BlockStoreOptions, Removed } from './block-folder.ts';
import type { BlockIndex, BlockRow } from './block-index.ts';
import { BlockNotFound } from './faults.ts';
import { isHashOf } from './hash.ts';
import { Marks } from './marks.ts';

/** Rows read at once when all are walked. */
const PAGE = 64;

/** Blocks on disk. A block is there whole or not at all, and survives a kill once `put` has resolved. */
export class BlockStore implements Blockstore {
  readonly #folder: BlockFolder;

  private constructor(folder: BlockFolder) {
    this.#folder = folder;
  }

  /** @throws GgenError DatabaseTooNew, DiskFull */
  static async open(path: string, options: BlockStoreOptions = {}): Promise<BlockStore> {
    return new BlockStore(await BlockFolder.open(path, options));
  }

  /** Make everything durable, and close. */
  async close(): Promise<void> {
    await this.#folder.close();
  }

  /** @throws GgenError DiskFull */
  async put(cid: CID, value: Uint8Array | Iterable<Uint8Array> | AsyncIterable<Uint8Array>): Promise<CID> {
    await this.#folder.put(cid.multihash.bytes, value instanceof Uint8Array ? value : await gather(value));
    return cid;
  }

  async *putMany(source: Iterable<InputPair> | AsyncIterable<InputPair>): AsyncGenerator<CID> {
    for await (const { cid, bytes } of source) yield await this.put(cid, bytes);
  }

  /** The bytes as they are stored: not hashed. Fails with an error named NotFoundError. */
  async *get(cid: CID, options: { signal?: AbortSignal } = {}): AsyncGenerator<Uint8Array> {
    options.signal?.throwIfAborted();
    const bytes = await this.#folder.stored(cid.multihash.bytes);
    if (bytes === undefined) throw new BlockNotFound(`Block ${cid.toString()} is not here`);
    yield bytes;
  }

  async *getMany(source: Iterable<CID> | AsyncIterable<CID>): AsyncGenerator<Pair> {
    for await (const cid of source) yield { cid, bytes: this.get(cid) };
  }

  /** The bytes, hashed; undefined when they are not here. Damaged ones are removed, so that they are fetched again. */
  async read(cid: CID): Promise<Uint8Array | undefined> {
    const bytes = await this.#folder.stored(cid.multihash.bytes);
    if (bytes === undefined || isHashOf(cid.multihash, bytes)) return bytes;
    await this.#folder.removeDamaged(cid.multihash.bytes);
    return undefined;
  }

  /** Whether a block is what its hash says; if not, it is removed. Counts as no use. */
  check(row: BlockRow): Promise<boolean> {
    return this.#folder.check(row);
  }

  has(cid: CID): Promise<boolean> {
    return this.#folder.isHere(cid.multihash.bytes);
  }

  async delete(cid: CID): Promise<void> {
    await this.#folder.delete(cid.multihash.bytes);
  }

  async *deleteMany(source: Iterable<CID> | AsyncIterable<CID>): AsyncGenerator<CID> {
    for await (const cid of source) {
      await this.delete(cid);
      yield cid;
    }
  }

  /** All blocks. What they are is not stored: their CIDs are those of raw bytes. */
  async *getAll(): AsyncGenerator<Pair> {
    for await (const rows of this.pages()) {
      for (const { hash } of rows) {
        const cid = rawCid(hash);
        yield { cid, bytes: this.get(cid) };
      }
    }
  }

  /** What the index says of all blocks, some at a time. Those that come or go meanwhile may be among them or not. */
  async *pages(limit = PAGE): AsyncGenerator<readonly BlockRow[]> {
    for (let last = 0; ;) {
      const rows = this.#folder.index.after(last, limit);
      if (rows.length === 0) return;
      yield rows;
      last = rows.at(-1)?.id ?? last;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /**
   * Take over all blocks of another store, which keeps them: large ones by a second name for their file where the file
   * system can.
   *
   * @throws GgenError DiskFull
   */
  async takeAll(from: BlockStore): Promise<void> {
    for await (const rows of from.pages()) {
      await Promise.all(rows.map((row) => this.#folder.take(row, from.#folder)));
    }
  }

  /** Blocks, and the bytes of all of them, each counted once. */
  get size(): { readonly blocks: number; readonly bytes: number } {
    const { blocks, bytes } = this.#folder.index;
    return { blocks, bytes };
  }

  /** Grows with every block that comes or goes. */
  get changes(): number {
    return this.#folder.index.changes;
  }

  get index(): Pick<BlockIndex, 'find' | 'leastUsed' | 'pinnedBytes' | 'isDamaged' | 'damaged'> {
    return this.#folder.index;
  }

  /** Write down when blocks were last used, as far as that was only gathered. */
  noteUses(): Promise<void> {
    return this.#folder.noteUses();
  }

  /**
   * Begin to find out what stays. Until `sweepEnds`, a block that is asked for or written counts as marked: somebody may
   * rely on it from then on.
   */
  sweepBegins(): Marks {
    const marks = this.newMarks();
    for (const id of this.#folder.relied ?? []) marks.add(id);
    this.#folder.marks = marks;
    return marks;
  }

  /**
   * Content is worked with, or not any more. While it is, blocks that are asked for or written stay, also in a collection
   * that begins later: they may come before the block that names them.
   */
  inUse(used: boolean): void {
    this.#folder.relied = used ? (this.#folder.relied ?? new Set()) : undefined;
  }

  /** Marks for all blocks that are here now. */
  newMarks(): Marks {
    return new Marks(this.#folder.index.lastId);
  }

  sweepEnds(): void {
    this.#folder.marks = undefined;
  }

  /**
   * Remove blocks for good, except those that are marked or being written right now. Returns what was removed; undefined,
   * with nothing removed, if by the time of the removal `may` says no.
   */
  remove(rows: readonly BlockRow[], may: () => boolean): Promise<Removed | undefined> {
    return this.#folder.remove(rows, may);
  }

  /** Note that blocks are pinned, or not any more. */
  pin(rows: readonly BlockRow[], pinned: boolean): Promise<void> {
    return this.#folder.pin(rows, pinned);
  }

  /** Damaged blocks that nobody needs need not be remembered. */
  forgetDamaged(needed: (hash: Uint8Array) => boolean): Promise<void> {
    return this.#folder.forgetDamaged(needed);
  }

  /** Give free space of the index back to the disk, some of it. Returns whether there is more. */
  shrink(): Promise<boolean> {
    return this.#folder.shrink();
  }

  /** Enter what an older version or a killed process left; until then, lookups that fail look for a file too. */
  listFiles(signal: AbortSignal): Promise<void> {
    return this.#folder.listFiles(signal);
  }
}

/** The CID of a hash, as that of raw bytes: the store does not know what its blocks are. */
export function rawCid(hash: Uint8Array): CID {
  return CID.createV1(RAW, Digest.decode(hash));
}

async function gather(source: Iterable<Uint8Array> | AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of source) chunks.push(chunk);
  return Buffer.concat(chunks);
}
