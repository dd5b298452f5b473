import type { InstalledPackage } from '../../shared/model.ts';
import type { Database, Row } from './database.ts';

interface InstallRow extends Row {
  path: string;
  publisher: string;
  name: string;
  version: string;
  root: string;
  files: number;
  size: number;
  installed: number;
}

/** What was installed on this machine, and where it stands. */
export class Installs {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  add(installed: InstalledPackage): void {
    this.#db.run(
      'INSERT OR REPLACE INTO installs (path, publisher, name, version, root, files, size, installed) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
      installed.path,
      installed.publisher,
      installed.name,
      installed.version,
      installed.root,
      installed.files,
      installed.size,
      installed.installedAt,
    );
  }

  remove(path: string): void {
    this.#db.run('DELETE FROM installs WHERE path = ?', path);
  }

  has(publisher: string, name: string): boolean {
    return (
      this.#db.get('SELECT 1 FROM installs WHERE publisher = ? AND name = ? LIMIT 1', publisher, name) !== undefined
    );
  }

  /** Newest installation first. */
  list(): InstalledPackage[] {
    return this.#db
      .all<InstallRow>('SELECT * FROM installs ORDER BY installed DESC')
      .map(({ publisher, name, version, root, path, files, size, installed }) => ({
        id: `${publisher}/${name}`,
        publisher,
        name,
        version,
        root,
        path,
        files,
        size,
        installedAt: installed,
      }));
  }
}
