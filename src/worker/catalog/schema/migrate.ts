import type { DatabaseSync } from 'node:sqlite';
import { GgenError } from '../../../shared/errors.ts';
import { MIGRATIONS } from './migrations.ts';
import { unsupportedRuntime } from '../../sqlite/unsupported-runtime.ts';

/**
 * Applies the missing steps in one exclusive transaction, which also proves that this process owns the file.
 *
 * @param isTruncated called while the file is locked
 * @throws GgenError DatabaseTooNew, UnsupportedRuntime; SQLite's error when the file is damaged
 */
export function migrate(
  sqlite: DatabaseSync,
  dataDir: string,
  isTruncated: () => boolean,
  migrations: readonly string[] = MIGRATIONS,
): void {
  sqlite.exec('BEGIN EXCLUSIVE');
  try {
    probeFullText(sqlite);
    if (isTruncated()) throw Object.assign(new Error('the file is truncated'), { errcode: 11 });
    const version = Number(sqlite.prepare('PRAGMA user_version').get()?.['user_version']);
    if (version > migrations.length) throw databaseTooNew(dataDir, version, migrations.length);
    for (const step of migrations.slice(version)) sqlite.exec(step);
    if (version < migrations.length) sqlite.exec(`PRAGMA user_version = ${migrations.length}`);
    sqlite.exec('COMMIT');
  } catch (error) {
    if (sqlite.isTransaction) sqlite.exec('ROLLBACK');
    throw error;
  }
}

function probeFullText(sqlite: DatabaseSync): void {
  try {
    sqlite.exec('CREATE VIRTUAL TABLE temp.probe USING fts5 (text); DROP TABLE temp.probe;');
  } catch (cause) {
    throw unsupportedRuntime('its SQLite was built without FTS5', cause);
  }
}

function databaseTooNew(dataDir: string, version: number, supported: number): GgenError {
  return new GgenError(
    'DatabaseTooNew',
    `The catalog in ${dataDir} was written by a newer version of this program (schema ${version}; this version supports up to ${supported}). Update it, or choose another data folder.`,
    { details: { dataDir, version } },
  );
}
