import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { GgenError } from '../../shared/errors.ts';
import { isDamage, setAside } from '../sqlite/damage.ts';
import { Database } from '../sqlite/database.ts';
import type { DatabaseFile } from '../sqlite/database.ts';
import { STORE_MIGRATIONS } from './schema.ts';

/**
 * Open the index of the block store in `folder`. A damaged one is set aside and begun anew; blocks that are files of
 * their own are then found again by looking for them.
 *
 * @param transient for a draft: nothing needs to be there after a crash
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
    // First of all: what reads the file before makes shared memory for a log, a file that needs room on the disk.
    sqlite.exec('PRAGMA locking_mode = EXCLUSIVE');
    // Of a new file only: to say it again is to write, which a full disk refuses.
    if (versionOf(sqlite) === 0) sqlite.exec('PRAGMA page_size = 8192; PRAGMA auto_vacuum = INCREMENTAL');
    // Checkpoints, and what must be on the disk before and after one, are `Checkpoints`' work: off the event loop.
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
    throw new GgenError(
      'DatabaseTooNew',
      'The stored blocks were written by a newer version of Ggen. Update this version.',
    );
  }
  for (const [step, sql] of STORE_MIGRATIONS.entries()) {
    if (step >= version) sqlite.exec(`BEGIN; ${sql}; PRAGMA user_version = ${step + 1}; COMMIT`);
  }
}
