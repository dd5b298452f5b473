import type { InstalledPackage } from '../../../shared/model.ts';
import type { Database, Row } from '../../sqlite/database.ts';

interface InstallRow extends Row {
  path: string;
  publisher: string;
  name: string;
  version: string;
  root: string;
  files: number;
  size: number;
  installed: number;
  project: string | null;
  changed: number | null;
}

/** Packages that are installed on this machine, by path. */
export class Installs {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  add(installed: InstalledPackage): void {
    this.#db.run(
      `INSERT OR REPLACE INTO installs (path, publisher, name, version, root, files, size, installed, project, changed)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      installed.path,
      installed.publisher,
      installed.name,
      installed.version,
      installed.root,
      installed.files,
      installed.size,
      installed.installedAt,
      installed.project ?? null,
      installed.changed ?? null,
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

  /** Most recently installed first. */
  list(): InstalledPackage[] {
    return this.#db.all<InstallRow>('SELECT * FROM installs ORDER BY installed DESC').map(toInstalled);
  }

  getByPath(path: string): InstalledPackage | undefined {
    const row = this.#db.get<InstallRow>('SELECT * FROM installs WHERE path = ?', path);
    return row === undefined ? undefined : toInstalled(row);
  }

  /** Installations of a project, sorted by path. */
  listByProject(project: string): InstalledPackage[] {
    return this.#db.all<InstallRow>('SELECT * FROM installs WHERE project = ? ORDER BY path', project).map(toInstalled);
  }

  /** Saves the number of changed files that a verification found. */
  saveVerification(path: string, changed: number): void {
    this.#db.run('UPDATE installs SET changed = ? WHERE path = ?', changed, path);
  }
}

function toInstalled(row: InstallRow): InstalledPackage {
  const { publisher, name, version, root, path, files, size, installed, project, changed } = row;
  return {
    id: `${publisher}/${name}`,
    publisher,
    name,
    version,
    root,
    path,
    files,
    size,
    installedAt: installed,
    ...(project === null ? {} : { project }),
    ...(changed === null ? {} : { changed }),
  };
}
