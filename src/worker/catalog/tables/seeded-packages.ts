import type { Database } from '../../sqlite/database.ts';

export interface SeededPackage {
  readonly publisher: string;
  readonly name: string;
  readonly mine: boolean;
}

/** Packages that this node seeds: published, installed or kept here, unless the user stopped it. */
export class SeededPackages {
  readonly #db: Database;
  /** Whether installed and kept packages are seeded as well as own ones. */
  includesInstalled = true;

  constructor(db: Database) {
    this.#db = db;
  }

  has(publisher: string, name: string): boolean {
    return (
      this.#db.get(
        `SELECT 1 FROM packages p WHERE publisher = ?1 AND name = ?2
           AND (mine = 1 OR (?3 AND (EXISTS (SELECT 1 FROM installs i WHERE i.publisher = ?1 AND i.name = ?2)
             OR EXISTS (SELECT 1 FROM kept k WHERE k.publisher = ?1 AND k.name = ?2))))
           AND NOT EXISTS (SELECT 1 FROM unseeded u WHERE u.publisher = ?1 AND u.name = ?2)`,
        publisher,
        name,
        Number(this.includesInstalled),
      ) !== undefined
    );
  }

  /** Own packages first; the newest first in both groups. */
  list(limit = 10_000): SeededPackage[] {
    return this.#db
      .all<{ publisher: string; name: string; mine: number }>(
        `SELECT publisher, name, mine FROM packages p
         WHERE (mine = 1
             OR (?1 AND (EXISTS (SELECT 1 FROM installs i WHERE i.publisher = p.publisher AND i.name = p.name)
               OR EXISTS (SELECT 1 FROM kept k WHERE k.publisher = p.publisher AND k.name = p.name))))
           AND NOT EXISTS (SELECT 1 FROM unseeded u WHERE u.publisher = p.publisher AND u.name = p.name)
         ORDER BY mine DESC, updated DESC LIMIT ?2`,
        Number(this.includesInstalled),
        limit,
      )
      .map(({ publisher, name, mine }) => ({ publisher, name, mine: mine === 1 }));
  }

  /** Local packages that are not seeded, because the user stopped them or seeds only own ones. */
  listStopped(): { readonly publisher: string; readonly name: string }[] {
    return this.#db.all<{ publisher: string; name: string }>(
      `SELECT publisher, name FROM unseeded
       UNION SELECT publisher, name FROM (SELECT publisher, name FROM installs UNION SELECT publisher, name FROM kept) i
         WHERE NOT ?1 AND NOT EXISTS
         (SELECT 1 FROM packages p WHERE p.publisher = i.publisher AND p.name = i.name AND p.mine = 1)`,
      Number(this.includesInstalled),
    );
  }

  stop(publisher: string, name: string, now: number): void {
    this.#db.run('INSERT OR REPLACE INTO unseeded (publisher, name, since) VALUES (?, ?, ?)', publisher, name, now);
  }

  /** Returns whether seeding was stopped. */
  resume(publisher: string, name: string): boolean {
    return this.#db.run('DELETE FROM unseeded WHERE publisher = ? AND name = ?', publisher, name).changes > 0;
  }
}
