import * as Digest from 'multiformats/hashes/digest';
import { KeyLocks } from '../../shared/key-locks.ts';
import type { Database } from '../sqlite/database.ts';
import { diskFault } from '../sqlite/disk-full.ts';
import { blockBuffers } from '../dag/block-buffers.ts';
import { BlockIndex } from './block-index.ts';
import type { BlockRow, NewBlock } from './block-index.ts';
import { storeFault } from './faults.ts';
import { isHashOf } from './hash.ts';
import { IndexWriter } from './index-writer.ts';
import { LargeFiles } from './large-files.ts';
import type { Marks } from './marks.ts';
import { openIndex } from './open-index.ts';
import { Uses } from './uses.ts';
import { WriteBatch } from './write-batch.ts';

/** Blocks up to this size lie in the index, larger ones are files: below it a file costs more than its bytes. */
const SMALL_BYTES = 128 * 1024;
/** What a row and its place in the indexes weigh, about. */
const ROW_BYTES = 200;
const PAGE_BYTES = 8_192;
/** Pages of the index that are given back at once. */
const SHRINK_PAGES = 200;
/** Noted while the store is closed in good order. */
const CLOSED = 'closed';

export interface BlockStoreOptions {
  /** For a draft: fast, and nothing needs to be there after a crash. */
  readonly transient?: boolean;
  /** Milliseconds since the Unix epoch. */
  readonly now?: () => number;
}

export interface Removed {
  readonly blocks: number;
  readonly bytes: number;
}

/**
 * The folder behind a block store: small blocks in SQLite, large ones as files. A row is written after its file, and
 * removed before it, so that a block is there whole or not at all, whenever the process is killed.
 */
export class BlockFolder {
  readonly index: BlockIndex;
  /** What stays, while a collection is under way: a block that somebody asks for meanwhile is among it. */
  marks: Marks | undefined;
  /** While content is worked with: ids of the blocks that were asked for or written since. */
  relied: Set<number> | undefined;
  readonly #db: Database;
  readonly #files: LargeFiles;
  readonly #writer: IndexWriter;
  readonly #transient: boolean;
  readonly #now: () => number;
  readonly #uses: Uses;
  readonly #locks = new KeyLocks();
  readonly #batch = new WriteBatch((blocks) => this.#insert(blocks));
  /** There may be files that the index does not know. */
  #unlisted = false;

  private constructor(folder: string, db: Database, { transient = false, now = Date.now }: BlockStoreOptions) {
    this.index = new BlockIndex(db);
    this.#db = db;
    this.#files = new LargeFiles(folder);
    this.#writer = new IndexWriter(db, folder, transient);
    this.#transient = transient;
    this.#now = now;
    this.#uses = new Uses(now, async (uses) => {
      await this.#writer.write(uses.size * ROW_BYTES, () => {
        this.index.use(uses);
      });
    });
    db.onRebuilt(() => {
      this.index.recount();
      this.#unlisted = true;
      void this.#writer.reset();
    });
  }

  static async open(path: string, options: BlockStoreOptions): Promise<BlockFolder> {
    try {
      const folder = new BlockFolder(path, await openIndex(path, options.transient ?? false), options);
      await folder.#files.open();
      if (!folder.#transient) {
        // A new store has nothing that its index does not know.
        folder.#unlisted = folder.#db.meta(CLOSED) === undefined && (await folder.#files.folders()).length > 0;
        const forget = 'DELETE FROM meta WHERE key = ?';
        await folder.#writer.write(ROW_BYTES, () => folder.#db.run(forget, CLOSED), { frees: true });
        await folder.#writer.prepare();
      }
      return folder;
    } catch (error) {
      throw diskFault(path, error);
    }
  }

  async close(): Promise<void> {
    await this.#uses.flush();
    if (!this.#transient && !this.#unlisted) await this.#noteClosed();
    await this.#writer.finish();
    this.#db.close();
    await this.#writer.reset();
  }

  /** Whether a block is here; whoever asks may rely on it. */
  async isHere(hash: Uint8Array): Promise<boolean> {
    const row = await this.#find(hash);
    if (row !== undefined) this.#rely(row.id);
    return row !== undefined;
  }

  /** @throws GgenError DiskFull */
  async put(hash: Uint8Array, bytes: Uint8Array): Promise<void> {
    await this.#locks.run(keyOf(hash), async () => {
      if (await this.isHere(hash)) return;
      const size = bytes.byteLength;
      await (size <= SMALL_BYTES
        ? this.#batch.add({ hash, size, bytes })
        : this.#addFile(hash, size, () => this.#files.write(hash, bytes)));
    });
  }

  /** Take over a block of another folder, which keeps it. */
  async take({ id, hash, size, file }: BlockRow, from: BlockFolder): Promise<void> {
    await this.#locks.run(keyOf(hash), async () => {
      if (await this.isHere(hash)) return;
      const bytes = file === 0 ? from.index.smallBytes(id) : undefined;
      await (bytes === undefined
        ? this.#addFile(hash, size, () => this.#files.take(hash, from.#files))
        : this.#batch.add({ hash, size, bytes }));
    });
  }

  /** The bytes as they are stored, not hashed; undefined when they are not here, or fewer than there should be. */
  async stored(hash: Uint8Array): Promise<Uint8Array | undefined> {
    const row = await this.#find(hash);
    if (row === undefined) return undefined;
    this.#rely(row.id);
    this.#uses.note(row);
    const bytes = await this.#bytesOf(row);
    if (bytes?.byteLength === row.size) return bytes;
    await this.removeDamaged(hash);
    return undefined;
  }

  /** Whether a block is what its hash says; if not, it is removed. One that went meanwhile is nothing to complain of. */
  async check(row: BlockRow): Promise<boolean> {
    const bytes = await this.#bytesOf(row);
    if (bytes !== undefined && isHashOf(Digest.decode(row.hash), bytes)) {
      blockBuffers.give(bytes);
      return true;
    }
    return !(await this.removeDamaged(row.hash));
  }

  async delete(hash: Uint8Array): Promise<void> {
    await this.#locks.run(keyOf(hash), async () => {
      const row = await this.#find(hash);
      if (row !== undefined) await this.#drop(row);
    });
  }

  /** Remove a block unless its bytes, looked at once more while nobody writes them, are right. Returns whether it did. */
  removeDamaged(hash: Uint8Array): Promise<boolean> {
    return this.#locks.run(keyOf(hash), async () => {
      const row = this.index.find(hash);
      if (row === undefined) return false;
      const bytes = await this.#bytesOf(row);
      if (bytes !== undefined && isHashOf(Digest.decode(hash), bytes)) return false;
      const note = (): void => {
        this.index.noteDamaged(hash, this.#now());
      };
      await this.#writer.write(ROW_BYTES, note, { frees: true });
      await this.#drop(row);
      return true;
    });
  }

  /**
   * Remove blocks for good, except those that are marked or being written right now. Returns what was removed; undefined,
   * with nothing removed, if by then `may` says no.
   */
  async remove(rows: readonly BlockRow[], may: () => boolean): Promise<Removed | undefined> {
    const remove = (): { gone: BlockRow[]; files: Promise<unknown> } | undefined => {
      // From here to the removal of the rows nobody else gets a turn.
      if (!may()) return undefined;
      const gone = rows.filter(({ id, hash }) => this.marks?.has(id) !== true && !this.#locks.has(keyOf(hash)));
      this.index.remove(gone);
      // Begun now: whoever writes one of these again waits until its file is gone.
      return { gone, files: this.#removeFiles(gone) };
    };
    const done = await this.#writer.write(rows.length * ROW_BYTES, remove, { frees: true });
    if (done === undefined) return undefined;
    await done.files;
    return { blocks: done.gone.length, bytes: done.gone.reduce((sum, { size }) => sum + size, 0) };
  }

  /** Write down the last uses that were gathered. */
  noteUses(): Promise<void> {
    return this.#uses.flush();
  }

  /** Note that blocks are pinned, or not any more. */
  async pin(rows: readonly BlockRow[], pinned: boolean): Promise<void> {
    if (rows.length === 0) return;
    const pin = (): void => {
      this.index.pin(rows, pinned);
    };
    await this.#writer.write(rows.length * ROW_BYTES, pin, { frees: true });
  }

  /** Damaged blocks that nobody needs need not be remembered. */
  async forgetDamaged(needed: (hash: Uint8Array) => boolean): Promise<void> {
    const forget = (): void => {
      this.index.forgetDamaged(needed);
    };
    await this.#writer.write(ROW_BYTES, forget, { frees: true });
  }

  /** Give free space of the index back to the disk, some of it. Returns whether there is more. */
  async shrink(): Promise<boolean> {
    const some = (): number => this.index.shrink(SHRINK_PAGES);
    const left = await this.#writer.write(SHRINK_PAGES * PAGE_BYTES, some, { frees: true });
    if (left === 0) await this.#writer.prepare();
    return left > 0;
  }

  /**
   * Enter the files that the index does not know: those of an older version, and those that a killed process had written
   * or was removing. Until that is done, each lookup that fails looks for a file too.
   */
  async listFiles(signal: AbortSignal): Promise<void> {
    if (!this.#unlisted) return;
    for (const folder of await this.#files.folders()) {
      signal.throwIfAborted();
      for (const hash of await this.#files.list(folder)) {
        if (this.index.find(hash) === undefined) await this.#locks.run(keyOf(hash), () => this.#find(hash));
      }
    }
    this.#unlisted = false;
  }

  async #removeFiles(rows: readonly BlockRow[]): Promise<void> {
    const files = rows.filter(({ file }) => file === 1);
    await Promise.all(files.map(({ hash }) => this.#locks.run(keyOf(hash), () => this.#files.remove(hash))));
  }

  /** Without this note, the next start looks for files that the index does not know. */
  async #noteClosed(): Promise<void> {
    const note = (): void => {
      this.#db.setMeta(CLOSED, '1');
    };
    await this.#writer.write(ROW_BYTES, note).catch(() => undefined);
  }

  async #addFile(hash: Uint8Array, size: number, write: () => Promise<void>): Promise<void> {
    try {
      await write();
      await this.#batch.add({ hash, size });
    } catch (error) {
      await this.#files.remove(hash);
      throw storeFault(error);
    }
  }

  async #insert(blocks: readonly NewBlock[]): Promise<void> {
    const bytes = blocks.reduce((sum, block) => sum + (block.bytes?.byteLength ?? 0) + ROW_BYTES, 0);
    const ids = await this.#writer.write(bytes, () => this.index.insert(blocks, this.#now()));
    for (const id of ids) this.#rely(id);
  }

  /** Somebody may rely on this block from now on. */
  #rely(id: number): void {
    this.marks?.add(id);
    this.relied?.add(id);
  }

  async #find(hash: Uint8Array): Promise<BlockRow | undefined> {
    const row = this.index.find(hash);
    if (row !== undefined || !this.#unlisted) return row;
    const size = await this.#files.size(hash);
    if (size === undefined) return undefined;
    await this.#batch.add({ hash, size });
    return this.index.find(hash);
  }

  async #bytesOf({ id, hash, size, file }: BlockRow): Promise<Uint8Array | undefined> {
    return file === 1 ? this.#files.read(hash, size) : this.index.smallBytes(id);
  }

  async #drop(row: BlockRow): Promise<void> {
    const remove = (): void => {
      this.index.remove([row]);
    };
    await this.#writer.write(ROW_BYTES, remove, { frees: true });
    if (row.file === 1) await this.#files.remove(row.hash);
  }
}

function keyOf(hash: Uint8Array): string {
  return Buffer.from(hash.buffer, hash.byteOffset, hash.byteLength).toString('latin1');
}
