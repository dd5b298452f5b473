import * as Digest from 'multiformats/hashes/digest';
import { KeyLocks } from '../../shared/key-locks.ts';
import type { Database } from '../sqlite/database.ts';
import { toFolderFullError } from '../sqlite/disk-full.ts';
import { blockBufferPool } from '../dag/block-buffer-pool.ts';
import { BlockIndex } from './block-index.ts';
import type { BlockRow, NewBlock } from './block-index.ts';
import { toStoreError } from './store-errors.ts';
import { matchesMultihash } from './multihash.ts';
import { IndexWriter } from './index-writer.ts';
import { LargeBlockFiles } from './large-block-files.ts';
import type { MarkBitmap } from './mark-bitmap.ts';
import { openIndex } from './open-index.ts';
import { AccessTracker } from './access-tracker.ts';
import { WriteBatch } from './write-batch.ts';

/** Blocks up to this size are stored in the index, larger ones as files: a smaller file costs more than its bytes. */
const MAX_INLINE_BLOCK_BYTES = 128 * 1024;
/** Estimated size of a row with its index entries. */
const ESTIMATED_ROW_BYTES = 200;
const PAGE_BYTES = 8_192;
/** Pages that one vacuum step returns to the file system. */
const MAX_VACUUM_PAGES = 200;
/** Key of the note that the store was closed cleanly. */
const CLEAN_SHUTDOWN_KEY = 'closed';

export interface BlockStoreOptions {
  /** For a draft: writes are fast, and nothing needs to survive a crash. */
  readonly transient?: boolean;
  /** Clock for access times, in milliseconds since the Unix epoch. */
  readonly now?: () => number;
}

export interface RemovalResult {
  readonly blocks: number;
  readonly bytes: number;
}

/**
 * Stores blocks by their multihash in one folder: small ones in SQLite, large ones as files. `BlockStore` is its view
 * by CID, which the rest of the engine uses; the codec of a CID is not stored.
 *
 * A row is written after its file and removed before it, so that a block is stored completely or not at all, whenever
 * the process is killed.
 */
export class MultihashStore {
  readonly index: BlockIndex;
  /** Blocks that the running collection keeps. Every block that is read or written during the collection is added. */
  marks: MarkBitmap | undefined;
  /** While any root is leased: ids of the blocks that were read or written since. */
  touched: Set<number> | undefined;
  readonly #db: Database;
  readonly #files: LargeBlockFiles;
  readonly #writer: IndexWriter;
  readonly #transient: boolean;
  readonly #now: () => number;
  readonly #accessTracker: AccessTracker;
  readonly #locks = new KeyLocks();
  readonly #batch = new WriteBatch((blocks) => this.#insert(blocks));
  /** There may be files without a row. */
  #hasUnindexedFiles = false;

  private constructor(folder: string, db: Database, { transient = false, now = Date.now }: BlockStoreOptions) {
    this.index = new BlockIndex(db);
    this.#db = db;
    this.#files = new LargeBlockFiles(folder);
    this.#writer = new IndexWriter(db, folder, transient);
    this.#transient = transient;
    this.#now = now;
    this.#accessTracker = new AccessTracker(now, async (uses) => {
      await this.#writer.write(uses.size * ESTIMATED_ROW_BYTES, () => {
        this.index.recordAccess(uses);
      });
    });
    db.onRebuilt(() => {
      this.index.recount();
      this.#hasUnindexedFiles = true;
      void this.#writer.closeCheckpointer();
    });
  }

  static async open(path: string, options: BlockStoreOptions): Promise<MultihashStore> {
    try {
      const backend = new MultihashStore(path, await openIndex(path, options.transient ?? false), options);
      await backend.#files.open();
      if (!backend.#transient) {
        // A new store has no files without a row.
        backend.#hasUnindexedFiles =
          backend.#db.meta(CLEAN_SHUTDOWN_KEY) === undefined && (await backend.#files.folders()).length > 0;
        const forget = 'DELETE FROM meta WHERE key = ?';
        await backend.#writer.write(ESTIMATED_ROW_BYTES, () => backend.#db.run(forget, CLEAN_SHUTDOWN_KEY), {
          frees: true,
        });
        await backend.#writer.ensureReserveFile();
      }
      return backend;
    } catch (error) {
      throw toFolderFullError(path, error);
    }
  }

  async close(): Promise<void> {
    await this.#accessTracker.flush();
    if (!this.#transient && !this.#hasUnindexedFiles) await this.#recordCleanShutdown();
    await this.#writer.checkpoint();
    this.#db.close();
    await this.#writer.closeCheckpointer();
  }

  /** Whether a block is stored. A running collection then keeps it, because the caller may rely on the answer. */
  async has(hash: Uint8Array): Promise<boolean> {
    const row = await this.#find(hash);
    if (row !== undefined) this.#touch(row.id);
    return row !== undefined;
  }

  /**
   * Stores a block. When the promise resolves, the bytes are written or copied: the caller may reuse their buffer.
   *
   * @throws GgenError DiskFull
   */
  async put(hash: Uint8Array, bytes: Uint8Array): Promise<void> {
    await this.#locks.run(keyOf(hash), async () => {
      if (await this.has(hash)) return;
      const size = bytes.byteLength;
      await (size <= MAX_INLINE_BLOCK_BYTES
        ? this.#batch.add({ hash, size, bytes })
        : this.#addFile(hash, size, () => this.#files.write(hash, bytes)));
    });
  }

  /** Copies a block from another store: a large one by a hard link to its file, where the file system supports it. */
  async copyFrom({ id, hash, size, file }: BlockRow, source: MultihashStore): Promise<void> {
    await this.#locks.run(keyOf(hash), async () => {
      if (await this.has(hash)) return;
      const bytes = file === 0 ? source.index.inlineBytes(id) : undefined;
      await (bytes === undefined
        ? this.#addFile(hash, size, () => this.#files.linkFrom(hash, source.#files))
        : this.#batch.add({ hash, size, bytes }));
    });
  }

  /** The stored bytes, without verifying the hash; undefined when the block is not stored or its file is truncated. */
  async readRaw(hash: Uint8Array): Promise<Uint8Array | undefined> {
    const row = await this.#find(hash);
    if (row === undefined) return undefined;
    this.#touch(row.id);
    this.#accessTracker.record(row);
    const bytes = await this.#readBytes(row);
    if (bytes?.byteLength === row.size) return bytes;
    await this.removeIfDamaged(hash);
    return undefined;
  }

  /**
   * Verifies the hash of a block, and removes a damaged one. A block that was removed in the meantime counts as intact.
   */
  async verify(row: BlockRow): Promise<boolean> {
    const bytes = await this.#readBytes(row);
    if (bytes !== undefined && matchesMultihash(Digest.decode(row.hash), bytes)) {
      blockBufferPool.release(bytes);
      return true;
    }
    return !(await this.removeIfDamaged(row.hash));
  }

  async delete(hash: Uint8Array): Promise<void> {
    await this.#locks.run(keyOf(hash), async () => {
      const row = await this.#find(hash);
      if (row !== undefined) await this.#removeBlock(row);
    });
  }

  /**
   * Removes a block whose bytes do not match its hash. They are read again under the lock of the block, because a
   * concurrent write may have repaired it. Returns whether the block was removed.
   */
  removeIfDamaged(hash: Uint8Array): Promise<boolean> {
    return this.#locks.run(keyOf(hash), async () => {
      const row = this.index.find(hash);
      if (row === undefined) return false;
      const bytes = await this.#readBytes(row);
      if (bytes !== undefined && matchesMultihash(Digest.decode(hash), bytes)) return false;
      const note = (): void => {
        this.index.markDamaged(hash, this.#now());
      };
      await this.#writer.write(ESTIMATED_ROW_BYTES, note, { frees: true });
      await this.#removeBlock(row);
      return true;
    });
  }

  /**
   * Removes blocks, except those that are marked or being written.
   *
   * @param canRemove asked in the same tick in which the rows are removed
   * @returns what was removed; undefined, with nothing removed, when `canRemove` returned false
   */
  async remove(rows: readonly BlockRow[], canRemove: () => boolean): Promise<RemovalResult | undefined> {
    const remove = (): { removed: BlockRow[]; files: Promise<unknown> } | undefined => {
      // Nothing else runs between this check and the removal of the rows.
      if (!canRemove()) return undefined;
      const removed = rows.filter(({ id, hash }) => this.marks?.isLive(id) !== true && !this.#locks.has(keyOf(hash)));
      this.index.remove(removed);
      // Started in the same tick: a write of one of these blocks waits until its file is removed.
      return { removed, files: this.#removeFiles(removed) };
    };
    const result = await this.#writer.write(rows.length * ESTIMATED_ROW_BYTES, remove, { frees: true });
    if (result === undefined) return undefined;
    await result.files;
    return { blocks: result.removed.length, bytes: result.removed.reduce((sum, { size }) => sum + size, 0) };
  }

  /** Writes the gathered access times. */
  flushAccessTimes(): Promise<void> {
    return this.#accessTracker.flush();
  }

  /** Records whether blocks are pinned. */
  async pin(rows: readonly BlockRow[], pinned: boolean): Promise<void> {
    if (rows.length === 0) return;
    const pin = (): void => {
      this.index.pin(rows, pinned);
    };
    await this.#writer.write(rows.length * ESTIMATED_ROW_BYTES, pin, { frees: true });
  }

  /** Removes the notes about damaged blocks that are not needed. */
  async forgetDamaged(needed: (hash: Uint8Array) => boolean): Promise<void> {
    const forget = (): void => {
      this.index.forgetDamaged(needed);
    };
    await this.#writer.write(ESTIMATED_ROW_BYTES, forget, { frees: true });
  }

  /** Returns some free pages of the index to the file system. Returns whether more are left. */
  async vacuum(): Promise<boolean> {
    const vacuumPages = (): number => this.index.vacuum(MAX_VACUUM_PAGES);
    const remainingPages = await this.#writer.write(MAX_VACUUM_PAGES * PAGE_BYTES, vacuumPages, { frees: true });
    if (remainingPages === 0) await this.#writer.ensureReserveFile();
    return remainingPages > 0;
  }

  /**
   * Adds rows for files that have none: a killed process left them, or the index was rebuilt. Until this is done, each
   * lookup that finds no row looks for a file too.
   */
  async indexFiles(signal: AbortSignal): Promise<void> {
    if (!this.#hasUnindexedFiles) return;
    for (const folder of await this.#files.folders()) {
      signal.throwIfAborted();
      for (const hash of await this.#files.list(folder)) {
        if (this.index.find(hash) === undefined) await this.#locks.run(keyOf(hash), () => this.#find(hash));
      }
    }
    this.#hasUnindexedFiles = false;
  }

  async #removeFiles(rows: readonly BlockRow[]): Promise<void> {
    const files = rows.filter(({ file }) => file === 1);
    await Promise.all(files.map(({ hash }) => this.#locks.run(keyOf(hash), () => this.#files.remove(hash))));
  }

  /** Without this note, the next start looks for files without a row. */
  async #recordCleanShutdown(): Promise<void> {
    const note = (): void => {
      this.#db.setMeta(CLEAN_SHUTDOWN_KEY, '1');
    };
    await this.#writer.write(ESTIMATED_ROW_BYTES, note).catch(() => undefined);
  }

  async #addFile(hash: Uint8Array, size: number, write: () => Promise<void>): Promise<void> {
    try {
      await write();
      await this.#batch.add({ hash, size });
    } catch (error) {
      await this.#files.remove(hash);
      throw toStoreError(error);
    }
  }

  async #insert(blocks: readonly NewBlock[]): Promise<void> {
    const bytes = blocks.reduce((sum, block) => sum + (block.bytes?.byteLength ?? 0) + ESTIMATED_ROW_BYTES, 0);
    const ids = await this.#writer.write(bytes, () => this.index.insert(blocks, this.#now()));
    for (const id of ids) this.#touch(id);
  }

  /** Keeps a block from being collected, because a caller may rely on it from now on. */
  #touch(id: number): void {
    this.marks?.add(id);
    this.touched?.add(id);
  }

  async #find(hash: Uint8Array): Promise<BlockRow | undefined> {
    const row = this.index.find(hash);
    if (row !== undefined || !this.#hasUnindexedFiles) return row;
    const size = await this.#files.size(hash);
    if (size === undefined) return undefined;
    await this.#batch.add({ hash, size });
    return this.index.find(hash);
  }

  async #readBytes({ id, hash, size, file }: BlockRow): Promise<Uint8Array | undefined> {
    return file === 1 ? this.#files.read(hash, size) : this.index.inlineBytes(id);
  }

  async #removeBlock(row: BlockRow): Promise<void> {
    const remove = (): void => {
      this.index.remove([row]);
    };
    await this.#writer.write(ESTIMATED_ROW_BYTES, remove, { frees: true });
    if (row.file === 1) await this.#files.remove(row.hash);
  }
}

function keyOf(hash: Uint8Array): string {
  return Buffer.from(hash.buffer, hash.byteOffset, hash.byteLength).toString('latin1');
}
