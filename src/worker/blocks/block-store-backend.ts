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

/** Blocks up to this size lie in the index, larger ones are files: below it a file costs more than its bytes. */
const MAX_INLINE_BLOCK_BYTES = 128 * 1024;
/** What a row and its place in the indexes weigh, about. */
const ESTIMATED_ROW_BYTES = 200;
const PAGE_BYTES = 8_192;
/** Pages of the index that are given back at once. */
const MAX_VACUUM_PAGES = 200;
/** Noted while the store is closed in good order. */
const CLEAN_SHUTDOWN_KEY = 'closed';

export interface BlockStoreOptions {
  /** For a draft: fast, and nothing needs to be there after a crash. */
  readonly transient?: boolean;
  /** Milliseconds since the Unix epoch. */
  readonly now?: () => number;
}

export interface RemovalResult {
  readonly blocks: number;
  readonly bytes: number;
}

/**
 * The folder behind a block store: small blocks in SQLite, large ones as files. A row is written after its file, and
 * removed before it, so that a block is there whole or not at all, whenever the process is killed.
 */
export class BlockStoreBackend {
  readonly index: BlockIndex;
  /** What stays, while a collection is under way: a block that somebody asks for meanwhile is among it. */
  marks: MarkBitmap | undefined;
  /** While content is worked with: ids of the blocks that were asked for or written since. */
  touched: Set<number> | undefined;
  readonly #db: Database;
  readonly #files: LargeBlockFiles;
  readonly #writer: IndexWriter;
  readonly #transient: boolean;
  readonly #now: () => number;
  readonly #accessTracker: AccessTracker;
  readonly #locks = new KeyLocks();
  readonly #batch = new WriteBatch((blocks) => this.#insert(blocks));
  /** There may be files that the index does not know. */
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

  static async open(path: string, options: BlockStoreOptions): Promise<BlockStoreBackend> {
    try {
      const backend = new BlockStoreBackend(path, await openIndex(path, options.transient ?? false), options);
      await backend.#files.open();
      if (!backend.#transient) {
        // A new store has nothing that its index does not know.
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

  /** Whether a block is here; whoever asks may rely on it. */
  async has(hash: Uint8Array): Promise<boolean> {
    const row = await this.#find(hash);
    if (row !== undefined) this.#touch(row.id);
    return row !== undefined;
  }

  /** @throws GgenError DiskFull */
  async put(hash: Uint8Array, bytes: Uint8Array): Promise<void> {
    await this.#locks.run(keyOf(hash), async () => {
      if (await this.has(hash)) return;
      const size = bytes.byteLength;
      await (size <= MAX_INLINE_BLOCK_BYTES
        ? this.#batch.add({ hash, size, bytes })
        : this.#addFile(hash, size, () => this.#files.write(hash, bytes)));
    });
  }

  /** Take over a block of another folder, which keeps it. */
  async copyFrom({ id, hash, size, file }: BlockRow, source: BlockStoreBackend): Promise<void> {
    await this.#locks.run(keyOf(hash), async () => {
      if (await this.has(hash)) return;
      const bytes = file === 0 ? source.index.inlineBytes(id) : undefined;
      await (bytes === undefined
        ? this.#addFile(hash, size, () => this.#files.linkFrom(hash, source.#files))
        : this.#batch.add({ hash, size, bytes }));
    });
  }

  /** The bytes as they are stored, not hashed; undefined when they are not here, or fewer than there should be. */
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

  /** Whether a block is what its hash says; if not, it is removed. One that went meanwhile is nothing to complain of. */
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

  /** Remove a block unless its bytes, looked at once more while nobody writes them, are right. Returns whether it did. */
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
   * Remove blocks for good, except those that are marked or being written right now. Returns what was removed; undefined,
   * with nothing removed, if by then `may` says no.
   */
  async remove(rows: readonly BlockRow[], canRemove: () => boolean): Promise<RemovalResult | undefined> {
    const remove = (): { removed: BlockRow[]; files: Promise<unknown> } | undefined => {
      // From here to the removal of the rows nobody else gets a turn.
      if (!canRemove()) return undefined;
      const removed = rows.filter(({ id, hash }) => this.marks?.isLive(id) !== true && !this.#locks.has(keyOf(hash)));
      this.index.remove(removed);
      // Begun now: whoever writes one of these again waits until its file is gone.
      return { removed, files: this.#removeFiles(removed) };
    };
    const result = await this.#writer.write(rows.length * ESTIMATED_ROW_BYTES, remove, { frees: true });
    if (result === undefined) return undefined;
    await result.files;
    return { blocks: result.removed.length, bytes: result.removed.reduce((sum, { size }) => sum + size, 0) };
  }

  /** Write down the last uses that were gathered. */
  flushAccessTimes(): Promise<void> {
    return this.#accessTracker.flush();
  }

  /** Note that blocks are pinned, or not any more. */
  async pin(rows: readonly BlockRow[], pinned: boolean): Promise<void> {
    if (rows.length === 0) return;
    const pin = (): void => {
      this.index.pin(rows, pinned);
    };
    await this.#writer.write(rows.length * ESTIMATED_ROW_BYTES, pin, { frees: true });
  }

  /** Damaged blocks that nobody needs need not be remembered. */
  async forgetDamaged(needed: (hash: Uint8Array) => boolean): Promise<void> {
    const forget = (): void => {
      this.index.forgetDamaged(needed);
    };
    await this.#writer.write(ESTIMATED_ROW_BYTES, forget, { frees: true });
  }

  /** Give free space of the index back to the disk, some of it. Returns whether there is more. */
  async vacuum(): Promise<boolean> {
    const vacuumPages = (): number => this.index.vacuum(MAX_VACUUM_PAGES);
    const remainingPages = await this.#writer.write(MAX_VACUUM_PAGES * PAGE_BYTES, vacuumPages, { frees: true });
    if (remainingPages === 0) await this.#writer.ensureReserveFile();
    return remainingPages > 0;
  }

  /**
   * Enter the files that the index does not know: those of an older version, and those that a killed process had written
   * or was removing. Until that is done, each lookup that fails looks for a file too.
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

  /** Without this note, the next start looks for files that the index does not know. */
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

  /** Somebody may rely on this block from now on. */
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
