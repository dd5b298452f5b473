import { CID } from 'multiformats/cid';
import * as Digest from 'multiformats/hashes/digest';
import type { Blockstore, InputPair, Pair } from 'interface-blockstore';
import { yieldToEventLoop } from '../../shared/async.ts';
import { RAW } from '../dag/codecs.ts';
import { MultihashStore } from './multihash-store.ts';
import type { BlockStoreOptions, RemovalResult } from './multihash-store.ts';
import type { BlockIndex, BlockRow } from './block-index.ts';
import { BlockNotFoundError } from './store-errors.ts';
import { matchesMultihash } from './multihash.ts';
import { MarkBitmap } from './mark-bitmap.ts';

/** Rows that one page of a full iteration reads. */
const ROWS_PER_PAGE = 64;

/**
 * Blocks on disk, by CID: the `Blockstore` of Helia, with what collection and verification need on top. A block is
 * stored completely or not at all, and survives a kill once `put` has resolved. `MultihashStore` does the work.
 */
export class BlockStore implements Blockstore {
  readonly #blocks: MultihashStore;

  private constructor(blocks: MultihashStore) {
    this.#blocks = blocks;
  }

  /** @throws GgenError DatabaseTooNew, DiskFull */
  static async open(path: string, options: BlockStoreOptions = {}): Promise<BlockStore> {
    return new BlockStore(await MultihashStore.open(path, options));
  }

  /** Writes everything to the disk, and closes the store. */
  async close(): Promise<void> {
    await this.#blocks.close();
  }

  /**
   * Stores a block. When the promise resolves, the bytes are written or copied: the caller may reuse their buffer.
   *
   * @throws GgenError DiskFull
   */
  async put(cid: CID, value: Uint8Array | Iterable<Uint8Array> | AsyncIterable<Uint8Array>): Promise<CID> {
    await this.#blocks.put(cid.multihash.bytes, value instanceof Uint8Array ? value : await concatChunks(value));
    return cid;
  }

  async *putMany(source: Iterable<InputPair> | AsyncIterable<InputPair>): AsyncGenerator<CID> {
    for await (const { cid, bytes } of source) yield await this.put(cid, bytes);
  }

  /** The stored bytes, without verifying the hash. @throws BlockNotFoundError */
  async *get(cid: CID, options: { signal?: AbortSignal } = {}): AsyncGenerator<Uint8Array> {
    options.signal?.throwIfAborted();
    const bytes = await this.#blocks.readRaw(cid.multihash.bytes);
    if (bytes === undefined) throw new BlockNotFoundError(`Block ${cid.toString()} is not here`);
    yield bytes;
  }

  async *getMany(source: Iterable<CID> | AsyncIterable<CID>): AsyncGenerator<Pair> {
    for await (const cid of source) yield { cid, bytes: this.get(cid) };
  }

  /**
   * The bytes after verifying their hash; undefined when the block is not stored. A damaged block is removed, so that
   * it is fetched again.
   */
  async read(cid: CID): Promise<Uint8Array | undefined> {
    const bytes = await this.#blocks.readRaw(cid.multihash.bytes);
    if (bytes === undefined || matchesMultihash(cid.multihash, bytes)) return bytes;
    await this.#blocks.removeIfDamaged(cid.multihash.bytes);
    return undefined;
  }

  /** Verifies the hash of a block, and removes a damaged one. Does not change its access time. */
  verify(row: BlockRow): Promise<boolean> {
    return this.#blocks.verify(row);
  }

  has(cid: CID): Promise<boolean> {
    return this.#blocks.has(cid.multihash.bytes);
  }

  async delete(cid: CID): Promise<void> {
    await this.#blocks.delete(cid.multihash.bytes);
  }

  async *deleteMany(source: Iterable<CID> | AsyncIterable<CID>): AsyncGenerator<CID> {
    for await (const cid of source) {
      await this.delete(cid);
      yield cid;
    }
  }

  /** All blocks. Their CIDs have the raw codec, because the store does not know their codecs. */
  async *getAll(): AsyncGenerator<Pair> {
    for await (const rows of this.pages()) {
      for (const { hash } of rows) {
        const cid = rawCid(hash);
        yield { cid, bytes: this.get(cid) };
      }
    }
  }

  /** The rows of all blocks, page by page. Blocks that are added or removed during the iteration may be missing. */
  async *pages(limit = ROWS_PER_PAGE): AsyncGenerator<readonly BlockRow[]> {
    for (let last = 0; ;) {
      const rows = this.#blocks.index.listAfter(last, limit);
      if (rows.length === 0) return;
      yield rows;
      last = rows.at(-1)?.id ?? last;
      await yieldToEventLoop();
    }
  }

  /**
   * Copies all blocks of another store: large ones by a hard link to their file, where the file system supports it.
   *
   * @throws GgenError DiskFull
   */
  async copyAllFrom(source: BlockStore): Promise<void> {
    for await (const rows of source.pages()) {
      await Promise.all(rows.map((row) => this.#blocks.copyFrom(row, source.#blocks)));
    }
  }

  /** Number of blocks, and the sum of their sizes in bytes. */
  get size(): { readonly blocks: number; readonly bytes: number } {
    const { blocks, bytes } = this.#blocks.index;
    return { blocks, bytes };
  }

  /** Grows with every block that is added or removed. */
  get changeCount(): number {
    return this.#blocks.index.changeCount;
  }

  get index(): Pick<BlockIndex, 'find' | 'leastRecentlyUsed' | 'pinnedBytes' | 'isDamaged' | 'damagedCount'> {
    return this.#blocks.index;
  }

  /** Writes the gathered access times. */
  flushAccessTimes(): Promise<void> {
    return this.#blocks.flushAccessTimes();
  }

  /**
   * Begins a collection. Until `endSweep`, every block that is read or written is marked, because a caller may rely on
   * it from then on.
   */
  beginSweep(): MarkBitmap {
    const marks = this.newMarks();
    for (const id of this.#blocks.touched ?? []) marks.add(id);
    this.#blocks.marks = marks;
    return marks;
  }

  /**
   * Sets whether blocks that are read or written are remembered for a collection that begins later. Enabled while any
   * root is leased: the leaves of a leased tree may be stored before the node that names them.
   */
  trackTouched(enabled: boolean): void {
    this.#blocks.touched = enabled ? (this.#blocks.touched ?? new Set()) : undefined;
  }

  /** An empty bitmap for all blocks that are stored now. */
  newMarks(): MarkBitmap {
    return new MarkBitmap(this.#blocks.index.lastId);
  }

  endSweep(): void {
    this.#blocks.marks = undefined;
  }

  /**
   * Removes blocks, except those that are marked or being written.
   *
   * @param canRemove asked in the same tick in which the rows are removed
   * @returns what was removed; undefined, with nothing removed, when `canRemove` returned false
   */
  remove(rows: readonly BlockRow[], canRemove: () => boolean): Promise<RemovalResult | undefined> {
    return this.#blocks.remove(rows, canRemove);
  }

  /** Records whether blocks are pinned. */
  pin(rows: readonly BlockRow[], pinned: boolean): Promise<void> {
    return this.#blocks.pin(rows, pinned);
  }

  /** Removes the notes about damaged blocks that are not needed. */
  forgetDamaged(needed: (hash: Uint8Array) => boolean): Promise<void> {
    return this.#blocks.forgetDamaged(needed);
  }

  /** Returns some free pages of the index to the file system. Returns whether more are left. */
  vacuum(): Promise<boolean> {
    return this.#blocks.vacuum();
  }

  /**
   * Adds rows for files that a killed process left without one. Until then, lookups that find no row look for a file
   * too.
   */
  indexFiles(signal: AbortSignal): Promise<void> {
    return this.#blocks.indexFiles(signal);
  }
}

/** The CID of a multihash with the raw codec. */
export function rawCid(hash: Uint8Array): CID {
  return CID.createV1(RAW, Digest.decode(hash));
}

async function concatChunks(source: Iterable<Uint8Array> | AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of source) chunks.push(chunk);
  return Buffer.concat(chunks);
}
