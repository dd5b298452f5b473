import { CID } from 'multiformats/cid';
import * as Digest from 'multiformats/hashes/digest';
import type { Blockstore, InputPair, Pair } from 'interface-blockstore';
import { yieldToEventLoop } from '../../shared/async.ts';
import { RAW } from '../dag/codecs.ts';
import { BlockStoreBackend } from './block-store-backend.ts';
import type { BlockStoreOptions, RemovalResult } from './block-store-backend.ts';
import type { BlockIndex, BlockRow } from './block-index.ts';
import { BlockNotFoundError } from './store-errors.ts';
import { matchesMultihash } from './multihash.ts';
import { MarkBitmap } from './mark-bitmap.ts';

/** Rows read at once when all are walked. */
const ROWS_PER_PAGE = 64;

/** Blocks on disk. A block is there whole or not at all, and survives a kill once `put` has resolved. */
export class BlockStore implements Blockstore {
  readonly #backend: BlockStoreBackend;

  private constructor(backend: BlockStoreBackend) {
    this.#backend = backend;
  }

  /** @throws GgenError DatabaseTooNew, DiskFull */
  static async open(path: string, options: BlockStoreOptions = {}): Promise<BlockStore> {
    return new BlockStore(await BlockStoreBackend.open(path, options));
  }

  /** Make everything durable, and close. */
  async close(): Promise<void> {
    await this.#backend.close();
  }

  /** @throws GgenError DiskFull */
  async put(cid: CID, value: Uint8Array | Iterable<Uint8Array> | AsyncIterable<Uint8Array>): Promise<CID> {
    await this.#backend.put(cid.multihash.bytes, value instanceof Uint8Array ? value : await concatChunks(value));
    return cid;
  }

  async *putMany(source: Iterable<InputPair> | AsyncIterable<InputPair>): AsyncGenerator<CID> {
    for await (const { cid, bytes } of source) yield await this.put(cid, bytes);
  }

  /** The bytes as they are stored: not hashed. Fails with an error named NotFoundError. */
  async *get(cid: CID, options: { signal?: AbortSignal } = {}): AsyncGenerator<Uint8Array> {
    options.signal?.throwIfAborted();
    const bytes = await this.#backend.readRaw(cid.multihash.bytes);
    if (bytes === undefined) throw new BlockNotFoundError(`Block ${cid.toString()} is not here`);
    yield bytes;
  }

  async *getMany(source: Iterable<CID> | AsyncIterable<CID>): AsyncGenerator<Pair> {
    for await (const cid of source) yield { cid, bytes: this.get(cid) };
  }

  /** The bytes, hashed; undefined when they are not here. Damaged ones are removed, so that they are fetched again. */
  async read(cid: CID): Promise<Uint8Array | undefined> {
    const bytes = await this.#backend.readRaw(cid.multihash.bytes);
    if (bytes === undefined || matchesMultihash(cid.multihash, bytes)) return bytes;
    await this.#backend.removeIfDamaged(cid.multihash.bytes);
    return undefined;
  }

  /** Whether a block is what its hash says; if not, it is removed. Counts as no use. */
  verify(row: BlockRow): Promise<boolean> {
    return this.#backend.verify(row);
  }

  has(cid: CID): Promise<boolean> {
    return this.#backend.has(cid.multihash.bytes);
  }

  async delete(cid: CID): Promise<void> {
    await this.#backend.delete(cid.multihash.bytes);
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
  async *pages(limit = ROWS_PER_PAGE): AsyncGenerator<readonly BlockRow[]> {
    for (let last = 0; ;) {
      const rows = this.#backend.index.listAfter(last, limit);
      if (rows.length === 0) return;
      yield rows;
      last = rows.at(-1)?.id ?? last;
      await yieldToEventLoop();
    }
  }

  /**
   * Take over all blocks of another store, which keeps them: large ones by a second name for their file where the file
   * system can.
   *
   * @throws GgenError DiskFull
   */
  async copyAllFrom(source: BlockStore): Promise<void> {
    for await (const rows of source.pages()) {
      await Promise.all(rows.map((row) => this.#backend.copyFrom(row, source.#backend)));
    }
  }

  /** Blocks, and the bytes of all of them, each counted once. */
  get size(): { readonly blocks: number; readonly bytes: number } {
    const { blocks, bytes } = this.#backend.index;
    return { blocks, bytes };
  }

  /** Grows with every block that comes or goes. */
  get changeCount(): number {
    return this.#backend.index.changeCount;
  }

  get index(): Pick<BlockIndex, 'find' | 'leastRecentlyUsed' | 'pinnedBytes' | 'isDamaged' | 'damagedCount'> {
    return this.#backend.index;
  }

  /** Write down when blocks were last used, as far as that was only gathered. */
  flushAccessTimes(): Promise<void> {
    return this.#backend.flushAccessTimes();
  }

  /**
   * Begin to find out what stays. Until `sweepEnds`, a block that is asked for or written counts as marked: somebody may
   * rely on it from then on.
   */
  beginSweep(): MarkBitmap {
    const marks = this.newMarks();
    for (const id of this.#backend.touched ?? []) marks.add(id);
    this.#backend.marks = marks;
    return marks;
  }

  /**
   * Content is worked with, or not any more. While it is, blocks that are asked for or written stay, also in a collection
   * that begins later: they may come before the block that names them.
   */
  trackTouched(enabled: boolean): void {
    this.#backend.touched = enabled ? (this.#backend.touched ?? new Set()) : undefined;
  }

  /** Marks for all blocks that are here now. */
  newMarks(): MarkBitmap {
    return new MarkBitmap(this.#backend.index.lastId);
  }

  endSweep(): void {
    this.#backend.marks = undefined;
  }

  /**
   * Remove blocks for good, except those that are marked or being written right now. Returns what was removed; undefined,
   * with nothing removed, if by the time of the removal `may` says no.
   */
  remove(rows: readonly BlockRow[], canRemove: () => boolean): Promise<RemovalResult | undefined> {
    return this.#backend.remove(rows, canRemove);
  }

  /** Note that blocks are pinned, or not any more. */
  pin(rows: readonly BlockRow[], pinned: boolean): Promise<void> {
    return this.#backend.pin(rows, pinned);
  }

  /** Damaged blocks that nobody needs need not be remembered. */
  forgetDamaged(needed: (hash: Uint8Array) => boolean): Promise<void> {
    return this.#backend.forgetDamaged(needed);
  }

  /** Give free space of the index back to the disk, some of it. Returns whether there is more. */
  vacuum(): Promise<boolean> {
    return this.#backend.vacuum();
  }

  /** Enter what an older version or a killed process left; until then, lookups that fail look for a file too. */
  indexFiles(signal: AbortSignal): Promise<void> {
    return this.#backend.indexFiles(signal);
  }
}

/** The CID of a hash, as that of raw bytes: the store does not know what its blocks are. */
export function rawCid(hash: Uint8Array): CID {
  return CID.createV1(RAW, Digest.decode(hash));
}

async function concatChunks(source: Iterable<Uint8Array> | AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of source) chunks.push(chunk);
  return Buffer.concat(chunks);
}
