import type { KeptRelease } from '../../../shared/model.ts';
import type { Database, Row } from '../../sqlite/database.ts';

interface KeptRow extends Row {
  publisher: string;
  name: string;
  version: string;
  root: string;
  files: number;
  size: number;
  since: number;
}

/** Releases that the user keeps without installing them. */
export class KeptReleases {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  add({ publisher, name, version, root, files, size, keptAt }: KeptRelease): void {
    this.#db.run(
      'INSERT OR REPLACE INTO kept (publisher, name, version, root, files, size, since) VALUES (?, ?, ?, ?, ?, ?, ?)',
      publisher,
      name,
      version,
      root,
      files,
      size,
      keptAt,
    );
  }

  /** Returns whether the release was kept. */
  remove(publisher: string, name: string, version: string): boolean {
    return (
      this.#db.run('DELETE FROM kept WHERE publisher = ? AND name = ? AND version = ?', publisher, name, version)
        .changes > 0
    );
  }

  /** Most recently kept first. */
  list(): KeptRelease[] {
    return this.#db
      .all<KeptRow>('SELECT * FROM kept ORDER BY since DESC, publisher, name, version')
      .map(({ publisher, name, version, root, files, size, since }) => ({
        id: `${publisher}/${name}`,
        publisher,
        name,
        version,
        root,
        files,
        size,
        keptAt: since,
      }));
  }
}
