import { randomUUID } from 'node:crypto';
import { dirname } from 'node:path';
import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import { errorMessage } from '../../shared/errors.ts';
import type { GgenError } from '../../shared/errors.ts';
import { databaseDamaged, isDamage, isOnlyTextDamaged, setAside, textIndexDamaged } from './damage.ts';
import type { Rebuilt } from './damage.ts';
import { toFolderFullError } from './disk-full.ts';
import { WalMonitor } from './wal-monitor.ts';

export type Row = Record<string, SQLInputValue>;

/** How the database gets at its file. */
export interface DatabaseFile {
  readonly path: string;
  /** Open it, creating and migrating as needed. */
  readonly open: () => DatabaseSync;
  /** The error of the one call that met the damage; the catalog's when left out. */
  readonly onDamage?: (setAside: string, cause: unknown) => GgenError;
}

/**
 * SQLite with prepared statements kept. One per engine; all access is synchronous and short.
 *
 * When SQLite finds its file damaged, the file is set aside and an empty one takes its place at once: the call that met
 * the damage fails, the next one works. What was lost is learnt again from peers. Where only the full-text index is damaged,
 * that alone is made anew.
 */
export class Database {
  readonly #file: DatabaseFile;
  #sqlite: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  readonly #onRebuilt: ((rebuilt: Rebuilt) => void)[] = [];
  /** The file was found damaged when it was opened: nobody could listen yet. */
  readonly replacedAtOpen: boolean;
  readonly #onTextDamaged: ((reason: string) => void)[] = [];
  #depth = 0;
  #repairing = false;
  readonly #walMonitor = new WalMonitor();

  constructor(sqlite: DatabaseSync, file: DatabaseFile, replacedAtOpen = false) {
    this.replacedAtOpen = replacedAtOpen;
    this.#sqlite = sqlite;
    this.#file = file;
  }

  run(sql: string, ...values: SQLInputValue[]): { changes: number; rowid: number } {
    this.#walMonitor.recordWrite();
    const { changes, lastInsertRowid } = this.#guard(() => this.#prepare(sql).run(...values));
    return { changes: Number(changes), rowid: Number(lastInsertRowid) };
  }

  /** First row, read as the caller's row type: the schema is ours, and the database is written by nobody else. */
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the one place where rows get a type
  get<R extends Row>(sql: string, ...values: SQLInputValue[]): R | undefined {
    return this.#guard(() => this.#prepare(sql).get(...values)) as R | undefined;
  }

  all<R extends Row>(sql: string, ...values: SQLInputValue[]): R[] {
    return this.#guard(() => this.#prepare(sql).all(...values)) as R[];
  }

  /** Everything in `work` is written, or nothing. Nested calls join the outer one. `work` must not await. */
  transaction<T>(work: () => T): T {
    if (this.#depth > 0) return work();
    return this.#guard(() => {
      const sqlite = this.#sqlite;
      sqlite.exec('BEGIN IMMEDIATE');
      this.#depth++;
      try {
        const result = work();
        sqlite.exec('COMMIT');
        return result;
      } catch (error) {
        // A file that was replaced meanwhile is closed, and its transaction went with it.
        if (sqlite === this.#sqlite && sqlite.isTransaction) sqlite.exec('ROLLBACK');
        throw error;
      } finally {
        this.#depth--;
      }
    });
  }

  /** Whether what is read now may yet come to nothing. */
  get inTransaction(): boolean {
    return this.#depth > 0;
  }

  /**
   * Move what was written from the journal into the file when that is so much that moving it takes some milliseconds.
   * To be called in a turn of the event loop of its own: left to SQLite, it comes on top of some transaction.
   */
  checkpointIfDue(): boolean {
    if (this.#depth > 0 || !this.#walMonitor.isCheckpointDue) return false;
    this.checkpoint();
    return true;
  }

  /** As `checkpointIfDue`, however little there is. */
  checkpoint(): void {
    const moved = this.#guard(() => this.#prepare('PRAGMA wal_checkpoint(PASSIVE)').get());
    this.#walMonitor.recordCheckpoint(Number(moved?.['log']));
  }

  /** Identifies this database's log to other peers: cursors into another one's log mean nothing here. */
  get epoch(): string {
    const known = this.meta('epoch');
    if (known !== undefined) return known;
    const epoch = randomUUID();
    this.setMeta('epoch', epoch);
    return epoch;
  }

  meta(key: string): string | undefined {
    return this.get<{ value: string }>('SELECT value FROM meta WHERE key = ?', key)?.value;
  }

  setMeta(key: string, value: string): void {
    this.run('INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)', key, value);
  }

  /** When this database took the place of a damaged one; undefined when it never did. */
  get rebuilt(): Rebuilt | undefined {
    const text = this.meta('rebuilt');
    return text === undefined ? undefined : (JSON.parse(text) as Rebuilt);
  }

  /** Called after a damaged file was replaced by an empty one: what was kept of the old one elsewhere is void. */
  onRebuilt(listener: (rebuilt: Rebuilt) => void): void {
    this.#onRebuilt.push(listener);
  }

  /** Called when the full-text index is damaged and nothing else; makes it anew. */
  onTextDamaged(listener: (reason: string) => void): void {
    this.#onTextDamaged.push(listener);
  }

  /** Write the log into the database and close it. */
  close(): void {
    this.#statements.clear();
    this.#sqlite.close();
  }

  #prepare(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#sqlite.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  #guard<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      if (!isDamage(error) || this.#repairing) throw toFolderFullError(dirname(this.#file.path), error);
      if (this.#repairText(error)) throw textIndexDamaged(error);
      const rebuilt = this.#replace(error);
      throw this.#file.onDamage?.(rebuilt.setAside, error) ?? databaseDamaged(rebuilt, error);
    }
  }

  /** Whether that was all, and is mended. What a transaction was about to write is lost with it. */
  #repairText(cause: unknown): boolean {
    if (this.#onTextDamaged.length === 0 || !isOnlyTextDamaged(this.#sqlite)) return false;
    const depth = this.#depth;
    this.#repairing = true;
    this.#depth = 0;
    try {
      if (this.#sqlite.isTransaction) this.#sqlite.exec('ROLLBACK');
      for (const repair of this.#onTextDamaged) repair(errorMessage(cause));
      return true;
    } catch {
      // Then there is more that is wrong.
      return false;
    } finally {
      this.#repairing = false;
      this.#depth = depth;
    }
  }

  #replace(cause: unknown): Rebuilt {
    this.close();
    const now = new Date();
    const path = setAside(this.#file.path, now);
    this.#sqlite = this.#file.open();
    const rebuilt = { at: now.getTime(), setAside: path, reason: errorMessage(cause) };
    this.setMeta('rebuilt', JSON.stringify(rebuilt));
    for (const listener of this.#onRebuilt) listener(rebuilt);
    return rebuilt;
  }
}
