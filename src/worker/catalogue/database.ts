import { randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import { GgenError, errorMessage } from '../../shared/errors.ts';
import { MIGRATIONS } from './migrations.ts';

/** How long to wait for another owner of the data folder to let go: a reloading window overlaps its successor. */
const LOCK_PATIENCE_MS = 6_000;
const LOCK_RETRY_MS = 100;

export type Row = Record<string, SQLInputValue>;

/** SQLite with prepared statements kept. One per engine; all access is synchronous and short. */
export class Database {
  readonly #sqlite: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  #depth = 0;

  constructor(sqlite: DatabaseSync) {
    this.#sqlite = sqlite;
  }

  #prepare(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#sqlite.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  run(sql: string, ...values: SQLInputValue[]): { changes: number; rowid: number } {
    const { changes, lastInsertRowid } = this.#prepare(sql).run(...values);
    return { changes: Number(changes), rowid: Number(lastInsertRowid) };
  }

  /** First row, read as the caller's row type: the schema is ours, and the database is written by nobody else. */
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the one place where rows get a type
  get<R extends Row>(sql: string, ...values: SQLInputValue[]): R | undefined {
    return this.#prepare(sql).get(...values) as R | undefined;
  }

  all<R extends Row>(sql: string, ...values: SQLInputValue[]): R[] {
    return this.#prepare(sql).all(...values) as R[];
  }

  /** Everything in `work` is written, or nothing. Nested calls join the outer one. `work` must not await. */
  transaction<T>(work: () => T): T {
    if (this.#depth > 0) return work();
    this.#sqlite.exec('BEGIN IMMEDIATE');
    this.#depth++;
    try {
      const result = work();
      this.#sqlite.exec('COMMIT');
      return result;
    } catch (error) {
      this.#sqlite.exec('ROLLBACK');
      throw error;
    } finally {
      this.#depth--;
    }
  }

  /** Identifies this database's log to other peers: cursors into another one's log mean nothing here. */
  get epoch(): string {
    const row = this.get<{ value: string }>("SELECT value FROM meta WHERE key = 'epoch'");
    if (row !== undefined) return row.value;
    const epoch = randomUUID();
    this.run("INSERT INTO meta (key, value) VALUES ('epoch', ?)", epoch);
    return epoch;
  }

  close(): void {
    this.#statements.clear();
    this.#sqlite.close();
  }
}

/**
 * Open the database in `dataDir`, creating folder and schema when they are missing.
 *
 * The connection takes SQLite's exclusive lock and keeps it: that lock is the kernel's, so it can't go stale, and it is
 * what makes this process the one owner of the folder.
 *
 * @throws GgenError DataDirInUse, DatabaseTooNew, UnsupportedRuntime
 */
export async function openDatabase(dataDir: string, signal?: AbortSignal): Promise<Database> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  // Loaded only here: importing node:sqlite with the module crashed extension hosts under the debugger.
  const { DatabaseSync: Sqlite } = await import('node:sqlite').catch((cause: unknown) => {
    throw unsupported('node:sqlite is missing', cause);
  });
  const deadline = Date.now() + LOCK_PATIENCE_MS;
  for (;;) {
    const sqlite = new Sqlite(join(dataDir, 'catalogue.sqlite'));
    try {
      // Every acknowledged write survives a crash of the process; a power cut may cost the last moments, never the file.
      sqlite.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;');
      sqlite.exec('PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -16000;');
      migrate(sqlite, dataDir);
      return new Database(sqlite);
    } catch (error) {
      sqlite.close();
      if (!isBusy(error)) throw error;
      if (Date.now() > deadline) throw inUse(dataDir, error);
      await delay(LOCK_RETRY_MS, undefined, { signal });
    }
  }
}

function migrate(sqlite: DatabaseSync, dataDir: string): void {
  sqlite.exec('BEGIN EXCLUSIVE');
  try {
    probeFullText(sqlite);
    const version = Number(sqlite.prepare('PRAGMA user_version').get()?.['user_version']);
    if (version > MIGRATIONS.length) throw tooNew(dataDir, version);
    for (const step of MIGRATIONS.slice(version)) sqlite.exec(step);
    sqlite.exec(`PRAGMA user_version = ${MIGRATIONS.length}`);
    sqlite.exec('COMMIT');
  } catch (error) {
    sqlite.exec('ROLLBACK');
    throw error;
  }
}

function probeFullText(sqlite: DatabaseSync): void {
  try {
    sqlite.exec('CREATE VIRTUAL TABLE temp.probe USING fts5 (text); DROP TABLE temp.probe;');
  } catch (cause) {
    throw unsupported('its SQLite was built without FTS5', cause);
  }
}

function unsupported(what: string, cause: unknown): GgenError {
  return new GgenError(
    'UnsupportedRuntime',
    `The package catalogue needs Node 22.16 or later, but this is Node ${process.versions.node} and ${what}. Update VS Code or Node.`,
    { details: { node: process.versions.node }, cause },
  );
}

function tooNew(dataDir: string, version: number): GgenError {
  return new GgenError(
    'DatabaseTooNew',
    `The catalogue in ${dataDir} was written by a newer version of this program (schema ${version}, known here up to ${MIGRATIONS.length}). Update it, or choose another data folder.`,
    { details: { dataDir, version } },
  );
}

function inUse(dataDir: string, cause: unknown): GgenError {
  return new GgenError(
    'DataDirInUse',
    `Another window or peer already runs a node with the data folder ${dataDir}. Stop that one, or give this one a folder of its own.`,
    { details: { dataDir }, cause },
  );
}

function isBusy(error: unknown): boolean {
  return /database is locked|SQLITE_BUSY/i.test(errorMessage(error));
}
