import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { GgenError } from '../../shared/errors.ts';
import { isDamage, setAside } from '../sqlite/damage.ts';
import { Database } from '../sqlite/database.ts';
import type { DatabaseFile } from '../sqlite/database.ts';
import { STORE_MIGRATIONS } from './schema.ts';

/**
 * Opens the index of the block store in `folder`. A damaged index is renamed and replaced by an empty one; `indexFiles`
 * then finds the blocks that are files.
 *
 * @param transient for a draft: nothing needs to survive a crash
 * @throws GgenError DatabaseTooNew
 */
export async function openIndex(folder: string, transient: boolean): Promise<Database> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const { DatabaseSync: Sqlite } = await import('node:sqlite');
  const path = indexPath(folder);
  const file: DatabaseFile = {
    path,
    open: () => connect(new Sqlite(path), transient),
    onDamage: (setAsideAs, cause) =>
      new GgenError(
        'Internal',
        `The index of stored blocks was damaged and has been moved to ${setAsideAs}. Try again.`,
        {
          details: { setAside: setAsideAs },
          cause,
        },
      ),
  };
  try {
    return new Database(file.open(), file);
  } catch (error) {
    if (!isDamage(error)) throw error;
    setAside(path, new Date());
    return new Database(file.open(), file, true);
  }
}

export function indexPath(folder: string): string {
  return join(folder, 'index.sqlite');
}

function connect(sqlite: DatabaseSync, transient: boolean): DatabaseSync {
  try {
    // First: any statement before it creates the shared-memory file of the log, which needs space on the disk.
    sqlite.exec('PRAGMA locking_mode = EXCLUSIVE');
    // For a new file only: setting them again writes, which fails on a full disk.
    if (versionOf(sqlite) === 0) sqlite.exec('PRAGMA page_size = 8192; PRAGMA auto_vacuum = INCREMENTAL');
    // `WalCheckpointer` runs checkpoints and syncs, off the event loop.
    sqlite.exec(
      transient
        ? 'PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF'
        : 'PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; PRAGMA wal_autocheckpoint = 0',
    );
    sqlite.exec('PRAGMA cache_size = -16000; PRAGMA temp_store = MEMORY');
    migrate(sqlite);
    return sqlite;
  } catch (error) {
    sqlite.close();
    throw error;
  }
}

function versionOf(sqlite: DatabaseSync): number {
  return Number(sqlite.prepare('PRAGMA user_version').get()?.['user_version']);
}

function migrate(sqlite: DatabaseSync): void {
  const version = versionOf(sqlite);
  if (version > STORE_MIGRATIONS.length) {
    throw new GgenError('DatabaseTooNew', 'The stored blocks were written by a newer version of Ggen. Update Ggen.');
  }
  for (const [step, sql] of STORE_MIGRATIONS.entries()) {
    if (step >= version) sqlite.exec(`BEGIN; ${sql}; PRAGMA user_version = ${step + 1}; COMMIT`);
  }
}
