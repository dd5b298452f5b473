import type { Database } from '../../sqlite/database.ts';

/** Records kept beside one head. Two machines that publish independently make two; more come only from a leaked key. */
const MAX_FORKS_PER_PACKAGE = 8;

/** Own records beside the heads, which machines with the same publisher key signed independently. */
export class Forks {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** Envelopes for a package, oldest first. */
  list(publisher: string, name: string): Uint8Array[] {
    return this.#db
      .all<{
        envelope: Uint8Array;
      }>('SELECT envelope FROM forks WHERE publisher = ? AND name = ? ORDER BY seen, digest', publisher, name)
      .map(({ envelope }) => envelope);
  }

  /** Own packages with such records. */
  packages(): { publisher: string; name: string }[] {
    return this.#db.all<{ publisher: string; name: string }>(
      `SELECT DISTINCT f.publisher, f.name FROM forks f JOIN packages p ON p.publisher = f.publisher AND p.name = f.name
       WHERE p.mine = 1 AND f.digest <> p.digest ORDER BY f.publisher, f.name`,
    );
  }

  add(publisher: string, name: string, digest: string, envelope: Uint8Array, now: number): void {
    if (this.list(publisher, name).length >= MAX_FORKS_PER_PACKAGE) return;
    this.#insert(publisher, name, digest, envelope, now);
  }

  /** Replaces all records of a package by one that this machine signed and that includes them. */
  replaceAll(publisher: string, name: string, digest: string, envelope: Uint8Array, now: number): void {
    this.#db.transaction(() => {
      this.#db.run('DELETE FROM forks WHERE publisher = ? AND name = ?', publisher, name);
      this.#insert(publisher, name, digest, envelope, now);
    });
  }

  #insert(publisher: string, name: string, digest: string, envelope: Uint8Array, now: number): void {
    this.#db.run(
      'INSERT OR IGNORE INTO forks (publisher, name, digest, envelope, seen) VALUES (?, ?, ?, ?, ?)',
      publisher,
      name,
      digest,
      envelope,
      now,
    );
  }
}
