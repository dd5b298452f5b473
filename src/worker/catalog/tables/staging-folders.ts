import type { Database } from '../../sqlite/database.ts';

const PREFIX = 'staging:';

/** Staging folders in use, so that the next start finds those of a killed engine. */
export class StagingFolders {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  add(path: string): void {
    this.#db.run('INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)', PREFIX + path, '');
  }

  remove(path: string): void {
    this.#db.run('DELETE FROM meta WHERE key = ?', PREFIX + path);
  }

  list(): string[] {
    return this.#db
      .all<{ key: string }>('SELECT key FROM meta WHERE substr(key, 1, length(?1)) = ?1', PREFIX)
      .map(({ key }) => key.slice(PREFIX.length));
  }
}
