import type { DatabaseSync } from 'node:sqlite';
import { GgenError } from '../../../shared/errors.ts';
import type { PackageRecord } from '../../records/record.ts';
import { indexPackages, upsertSummary } from '../search/index-package.ts';
import type { StatementRunner } from '../search/index-package.ts';
import { MIGRATIONS } from './migrations.ts';
import { SEARCH_SCHEMA } from './search-schema.ts';
import { unsupportedRuntime } from '../../sqlite/unsupported-runtime.ts';

/** Packages that are indexed together. */
const CHUNK_SIZE = 1_000;

/**
 * Bring the database to the newest schema, in one transaction that also proves that this process owns the file.
 *
 * @param isTruncated asked once the file is locked
 * @throws GgenError DatabaseTooNew, UnsupportedRuntime; SQLite's error when the file is damaged
 */
export function migrate(sqlite: DatabaseSync, dataDir: string, isTruncated: () => boolean): void {
  sqlite.exec('BEGIN EXCLUSIVE');
  try {
    probeFullText(sqlite);
    if (isTruncated()) throw Object.assign(new Error('the file is truncated'), { errcode: 11 });
    const version = Number(sqlite.prepare('PRAGMA user_version').get()?.['user_version']);
    if (version > MIGRATIONS.length) throw databaseTooNew(dataDir, version);
    for (const step of MIGRATIONS.slice(version)) sqlite.exec(step);
    if (version > 0 && version <= MIGRATIONS.indexOf(SEARCH_SCHEMA)) indexAll(sqlite);
    if (version < MIGRATIONS.length) sqlite.exec(`PRAGMA user_version = ${MIGRATIONS.length}`);
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

/** Fill what SEARCH_SCHEMA brought from the records: their JSON is not something that SQL alone can read in semver's order. */
function indexAll(sqlite: DatabaseSync): void {
  const prepared = new Map<string, ReturnType<DatabaseSync['prepare']>>();
  const statements: StatementRunner = {
    run: (sql, ...values) => {
      const statement = prepared.get(sql) ?? sqlite.prepare(sql);
      prepared.set(sql, statement);
      return { changes: Number(statement.run(...values).changes) };
    },
  };
  const rows = sqlite.prepare('SELECT id, record, mine FROM packages ORDER BY id LIMIT ? OFFSET ?');
  for (let offset = 0; ; offset += CHUNK_SIZE) {
    const chunk = rows.all(CHUNK_SIZE, offset);
    if (chunk.length === 0) return;
    const packages = chunk.map((row) => {
      const [id, record] = [Number(row['id']), JSON.parse(String(row['record'])) as PackageRecord];
      upsertSummary(statements, id, record, row['mine'] === 1);
      const { publisher, name, metadata } = record;
      return { ...metadata, id, publisher, name, known: false };
    });
    indexPackages(statements, packages);
  }
}

function databaseTooNew(dataDir: string, version: number): GgenError {
  return new GgenError(
    'DatabaseTooNew',
    `The catalog in ${dataDir} was written by a newer version of this program (schema ${version}; this version supports up to ${MIGRATIONS.length}). Update it, or choose another data folder.`,
    { details: { dataDir, version } },
  );
}
