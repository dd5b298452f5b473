import { randomUUID } from 'node:crypto';
import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import { errorMessage } from '../../shared/errors.ts';
import { damaged, isDamage, setAside } from './damage.ts';
import type { Rebuilt } from './damage.ts';

export type Row = Record<string, SQLInputValue>;

/** How the database gets at its file. */
export interface DatabaseFile {
  readonly path: string;
  /** Open it, creating and migrating as needed. */
  readonly open: () => DatabaseSync;
}

/**
 * SQLite with prepared statements kept. One per engine; all access is synchronous and short.
 *
 * When SQLite finds its file damaged, the file is set aside and an empty one takes its place at once: the call that met
 * the damage fails, the next one works. What was lost is learnt again from peers.
 */
export class Database {
  readonly #file: DatabaseFile;
  #sqlite: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  readonly #onRebuilt: ((rebuilt: Rebuilt) => void)[] = [];
  /** The file was found damaged when it was opened: nobody could listen yet. */
  readonly replacedAtOpen: boolean;
  readonly #atEnd: (() => void)[] = [];
  #depth = 0;

  constructor(sqlite: DatabaseSync, file: DatabaseFile, replacedAtOpen = false) {
    this.replacedAtOpen = replacedAtOpen;
    this.#sqlite = sqlite;
    this.#file = file;
  }

  run(sql: string, ...values: SQLInputValue[]): { changes: number; rowid: number } {
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
        for (const last of this.#atEnd.splice(0)) last();
        sqlite.exec('COMMIT');
        return result;
      } catch (error) {
        // A file that was replaced meanwhile is closed, and its transaction went with it.
        if (sqlite === this.#sqlite && sqlite.isTransaction) sqlite.exec('ROLLBACK');
        throw error;
      } finally {
        this.#atEnd.length = 0;
        this.#depth--;
      }
    });
  }

  /** Do this at the end of the transaction that is under way, with everything else of its kind; at once when there is none. */
  atEnd(work: () => void): void {
    if (this.#depth > 0) this.#atEnd.push(work);
    else work();
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
      if (!isDamage(error)) throw error;
      throw damaged(this.#replace(error), error);
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
