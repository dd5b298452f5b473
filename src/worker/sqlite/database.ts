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

/** The file of a database, and how to open it. */
export interface DatabaseFile {
  readonly path: string;
  /** Opens the file; creates it or migrates its schema as needed. */
  readonly open: () => DatabaseSync;
  /** Makes the error of the call that found the damage; that of the catalog by default. */
  readonly onDamage?: (setAside: string, cause: unknown) => GgenError;
}

/**
 * An SQLite database with a cache of prepared statements. All access is synchronous and short.
 *
 * When SQLite reports a damaged file, the file is renamed and replaced by an empty database at once: the call that
 * found the damage fails, the next one works. The lost records come again from peers. When only the full-text index is
 * damaged, only the index is rebuilt.
 */
export class Database {
  readonly #file: DatabaseFile;
  #sqlite: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  readonly #onRebuilt: ((rebuilt: Rebuilt) => void)[] = [];
  /** Whether the file was replaced when it was opened, before any listener of `onRebuilt` could be added. */
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

  /**
   * First row, as the caller's row type: no other program writes this database, so that rows have the form of its
   * schema.
   */
  get<R extends Row>(sql: string, ...values: SQLInputValue[]): Readonly<R> | undefined {
    return this.#guard(() => this.#prepare(sql).get(...values)) as R | undefined;
  }

  all<R extends Row>(sql: string, ...values: SQLInputValue[]): R[] {
    return this.#guard(() => this.#prepare(sql).all(...values)) as R[];
  }

  /** Runs synchronous `work` in a transaction. A nested call joins the outer transaction. */
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
        // `work` may have replaced a damaged file: the transaction ended with it.
        if (sqlite === this.#sqlite && sqlite.isTransaction) sqlite.exec('ROLLBACK');
        throw error;
      } finally {
        this.#depth--;
      }
    });
  }

  /** Whether a transaction is open, so that what is read now may still be rolled back. */
  get inTransaction(): boolean {
    return this.#depth > 0;
  }

  /**
   * Runs a checkpoint when the write-ahead log is so long that it takes some milliseconds. The caller does it in a turn
   * of the event loop of its own; SQLite would do it at the end of some transaction.
   *
   * @returns whether a checkpoint ran
   */
  checkpointIfDue(): boolean {
    if (this.#depth > 0 || !this.#walMonitor.isCheckpointDue) return false;
    this.checkpoint();
    return true;
  }

  /** Moves the write-ahead log into the database file. */
  checkpoint(): void {
    const moved = this.#guard(() => this.#prepare('PRAGMA wal_checkpoint(PASSIVE)').get());
    this.#walMonitor.recordCheckpoint(Number(moved?.['log']));
  }

  /** Identifies the package log of this database to peers: a cursor is valid only for the log with its epoch. */
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

  /** Report on the damaged database that this one replaced; undefined when there was none. */
  get rebuilt(): Rebuilt | undefined {
    const text = this.meta('rebuilt');
    return text === undefined ? undefined : (JSON.parse(text) as Rebuilt);
  }

  /**
   * Adds a listener that is called after a damaged file was replaced: state that is derived from the old file is void.
   */
  onRebuilt(listener: (rebuilt: Rebuilt) => void): void {
    this.#onRebuilt.push(listener);
  }

  /** Adds a listener that is called when only the full-text index is damaged, and that rebuilds it. */
  onTextDamaged(listener: (reason: string) => void): void {
    this.#onTextDamaged.push(listener);
  }

  /** Moves the log into the database file, and closes it. */
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

  /**
   * Repairs the full-text index if nothing else is damaged; an open transaction is rolled back. Returns whether it did.
   */
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
      // More than the index is damaged.
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
