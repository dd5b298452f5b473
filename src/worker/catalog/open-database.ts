import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { DatabaseSync } from 'node:sqlite';
import { GgenError, errorMessage } from '../../shared/errors.ts';
import { Database } from '../sqlite/database.ts';
import { isDamage, isTruncated, setAside } from '../sqlite/damage.ts';
import { toFolderFullError } from '../sqlite/disk-full.ts';
import { registerFunctions } from './schema/sql-functions.ts';
import { migrate } from './schema/migrate.ts';
import { unsupportedRuntime } from '../sqlite/unsupported-runtime.ts';

/**
 * Wait for the previous owner of the data folder: a reloading window starts its new process before the old one has
 * ended.
 */
const LOCK_TIMEOUT_MS = 6_000;
const LOCK_RETRY_INTERVAL_MS = 100;

/**
 * Opens the database in `dataDir`, and creates folder and schema when they are missing. A damaged file is renamed with
 * the date and replaced by an empty database; then `Database.rebuilt` is true.
 *
 * The connection holds SQLite's exclusive lock, which makes this process the owner of the folder. The kernel releases
 * the lock when the process ends, so it never becomes stale.
 *
 * @throws GgenError DataDirInUse, DatabaseTooNew, DiskFull, UnsupportedRuntime
 */
export async function openDatabase(dataDir: string, lockTimeoutMs = LOCK_TIMEOUT_MS): Promise<Database> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 }).catch((error: unknown) => {
    throw toFolderFullError(dataDir, error);
  });
  // Imported here, because a static import of node:sqlite crashed extension hosts under the debugger.
  const { DatabaseSync: Sqlite } = await import('node:sqlite').catch((cause: unknown) => {
    throw unsupportedRuntime('node:sqlite is missing', cause);
  });
  const path = join(dataDir, 'catalog.sqlite');
  const file = { path, open: () => connect(new Sqlite(path), path, dataDir) };
  const deadline = performance.now() + lockTimeoutMs;
  for (;;) {
    try {
      return new Database(file.open(), file);
    } catch (error) {
      if (isDamage(error)) return rebuildDatabase(file, error);
      if (!isBusy(error)) throw toFolderFullError(dataDir, error);
      if (performance.now() >= deadline) throw dataDirInUse(dataDir, error);
      await delay(LOCK_RETRY_INTERVAL_MS);
    }
  }
}

function connect(sqlite: DatabaseSync, path: string, dataDir: string): DatabaseSync {
  try {
    // A committed transaction survives a crash of the process. A power failure may lose the last ones, but never
    // damages the file.
    sqlite.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;');
    sqlite.exec('PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -64000;');
    // A fallback: `Database.checkpointIfDue` moves smaller parts while the event loop is idle.
    sqlite.exec('PRAGMA wal_autocheckpoint = 8000');
    registerFunctions(sqlite);
    migrate(sqlite, dataDir, () => isTruncated(sqlite, path));
    return sqlite;
  } catch (error) {
    sqlite.close();
    throw error;
  }
}

function rebuildDatabase(file: { path: string; open: () => DatabaseSync }, cause: unknown): Database {
  const now = new Date();
  const path = setAside(file.path, now);
  const database = new Database(file.open(), file, true);
  database.setMeta('rebuilt', JSON.stringify({ at: now.getTime(), setAside: path, reason: errorMessage(cause) }));
  return database;
}

function dataDirInUse(dataDir: string, cause: unknown): GgenError {
  return new GgenError(
    'DataDirInUse',
    `Another window or program is already running a node on the data folder ${dataDir}. Stop it, or choose another data folder.`,
    { details: { dataDir }, cause },
  );
}

function isBusy(error: unknown): boolean {
  return /database is locked|SQLITE_BUSY/i.test(errorMessage(error));
}
