import type { Database, Row } from '../sqlite/database.ts';

/** A row of the index. */
export interface BlockRow extends Row {
  readonly id: number;
  readonly hash: Uint8Array;
  readonly size: number;
  /** 1 when the bytes are a file, 0 when they are stored in the index. */
  readonly file: number;
  /** Time of the last access, in milliseconds since the Unix epoch. */
  readonly used: number;
  /** 1 when the last complete marking found the block below a pinned root. */
  readonly pinned: number;
}

export interface NewBlock {
  readonly hash: Uint8Array;
  readonly size: number;
  /** Absent when the bytes are a file. */
  readonly bytes?: Uint8Array;
}

/**
 * The table of stored blocks, and the bytes of the small ones. It only runs statements; `MultihashStore` decides when
 * they may run, because nothing may be written during a checkpoint.
 */
export class BlockIndex {
  readonly #db: Database;
  #bytes: number;
  #blocks: number;
  #pinnedBytes: number;
  #changeCount = 0;

  constructor(db: Database) {
    this.#db = db;
    this.#bytes = 0;
    this.#blocks = 0;
    this.#pinnedBytes = 0;
    this.recount();
  }

  /** Sum of the sizes of all blocks, in bytes. */
  get bytes(): number {
    return this.#bytes;
  }

  get blocks(): number {
    return this.#blocks;
  }

  /** Grows with every block that is added or removed. */
  get changeCount(): number {
    return this.#changeCount;
  }

  recount(): void {
    const row = this.#db.get<{ blocks: number; bytes: number; pinned: number }>(
      'SELECT count(*) AS blocks, coalesce(sum(size), 0) AS bytes, coalesce(sum(size * pinned), 0) AS pinned FROM blocks',
    );
    this.#blocks = row?.blocks ?? 0;
    this.#bytes = row?.bytes ?? 0;
    this.#pinnedBytes = row?.pinned ?? 0;
  }

  find(hash: Uint8Array): BlockRow | undefined {
    return this.#db.get<BlockRow>('SELECT * FROM blocks WHERE hash = ?', hash);
  }

  inlineBytes(id: number): Uint8Array | undefined {
    return this.#db.get<{ bytes: Uint8Array }>('SELECT bytes FROM bytes WHERE id = ?', id)?.bytes;
  }

  /** Blocks with a greater id than this, in the order of their ids. */
  listAfter(id: number, limit: number): BlockRow[] {
    return this.#db.all<BlockRow>('SELECT * FROM blocks WHERE id > ? ORDER BY id LIMIT ?', id, limit);
  }

  /** Blocks that are not pinned, least recently used first, after the one with this access time and id. */
  leastRecentlyUsed(cursor: { readonly used: number; readonly id: number }, limit: number): BlockRow[] {
    return this.#db.all<BlockRow>(
      'SELECT * FROM blocks WHERE pinned = 0 AND (used, id) > (?, ?) ORDER BY used, id LIMIT ?',
      cursor.used,
      cursor.id,
      limit,
    );
  }

  get lastId(): number {
    return this.#db.get<{ id: number | null }>('SELECT max(id) AS id FROM blocks')?.id ?? 0;
  }

  /** Returns the ids of the blocks that were not stored before. */
  insert(blocks: readonly NewBlock[], used: number): number[] {
    let bytes = 0;
    const ids: number[] = [];
    this.#db.transaction(() => {
      for (const block of blocks) {
        const file = block.bytes === undefined ? 1 : 0;
        const { changes, rowid } = this.#db.run(
          'INSERT OR IGNORE INTO blocks (hash, size, file, used) VALUES (?, ?, ?, ?)',
          block.hash,
          block.size,
          file,
          used,
        );
        if (changes === 0) continue;
        if (block.bytes !== undefined) {
          this.#db.run('INSERT OR REPLACE INTO bytes (id, bytes) VALUES (?, ?)', rowid, block.bytes);
        }
        this.#db.run('DELETE FROM damaged WHERE hash = ?', block.hash);
        bytes += block.size;
        ids.push(rowid);
      }
    });
    this.#bytes += bytes;
    this.#blocks += ids.length;
    this.#changeCount += ids.length;
    return ids;
  }

  remove(rows: readonly BlockRow[]): void {
    const removed = this.#db.transaction(() =>
      rows.flatMap(({ id, file }) => {
        if (file === 0) this.#db.run('DELETE FROM bytes WHERE id = ?', id);
        return this.#db.all<BlockRow>('DELETE FROM blocks WHERE id = ? RETURNING *', id);
      }),
    );
    this.#changeCount += removed.length;
    for (const { size, pinned } of removed) {
      this.#bytes -= size;
      this.#blocks--;
      if (pinned === 1) this.#pinnedBytes -= size;
    }
  }

  /** @param accesses access times by id, in milliseconds since the Unix epoch */
  recordAccess(accesses: ReadonlyMap<number, number>): void {
    this.#db.transaction(() => {
      for (const [id, used] of accesses)
        this.#db.run('UPDATE blocks SET used = ? WHERE id = ? AND used < ?', used, id, used);
    });
  }

  pin(rows: readonly BlockRow[], pinned: boolean): void {
    const value = pinned ? 1 : 0;
    const changed = this.#db.transaction(() =>
      rows.filter(
        ({ id }) => this.#db.run('UPDATE blocks SET pinned = ?1 WHERE id = ?2 AND pinned <> ?1', value, id).changes > 0,
      ),
    );
    for (const { size } of changed) this.#pinnedBytes += pinned ? size : -size;
  }

  /** Sum of the sizes of pinned blocks, in bytes. */
  get pinnedBytes(): number {
    return this.#pinnedBytes;
  }

  markDamaged(hash: Uint8Array, now: number): void {
    this.#db.run('INSERT OR IGNORE INTO damaged (hash, since) VALUES (?, ?)', hash, now);
  }

  isDamaged(hash: Uint8Array): boolean {
    return this.#db.get('SELECT 1 FROM damaged WHERE hash = ?', hash) !== undefined;
  }

  get damagedCount(): number {
    return this.#db.get<{ n: number }>('SELECT count(*) AS n FROM damaged')?.n ?? 0;
  }

  forgetDamaged(needed: (hash: Uint8Array) => boolean): void {
    const hashes = this.#db.all<{ hash: Uint8Array }>('SELECT hash FROM damaged').map(({ hash }) => hash);
    this.#db.transaction(() => {
      for (const hash of hashes) if (!needed(hash)) this.#db.run('DELETE FROM damaged WHERE hash = ?', hash);
    });
  }

  /** Returns up to this many free pages to the file system. Returns how many free pages remain. */
  vacuum(pages: number): number {
    this.#db.all(`PRAGMA incremental_vacuum(${pages})`);
    return this.#db.get<{ freelist_count: number }>('PRAGMA freelist_count')?.freelist_count ?? 0;
  }
}
