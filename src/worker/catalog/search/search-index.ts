import type { Database, Row } from '../../sqlite/database.ts';
import { enterPackages, TEXT_TABLE } from './index-package.ts';
import type { Indexed } from './index-package.ts';
import { readTexts } from '../tables/summaries.ts';

/** How long one slice of entering may take, its commit not included; by what the last one took, in milliseconds. */
const SLICE_MS = 10;
const FEWEST = 25;
const MOST = 400;

interface SummaryRow extends Row {
  id: number;
  known: number;
  publisher: string;
  name: string;
  title: string;
  license: string;
  categories: string;
  tags: string;
  description: string;
}

/**
 * What packages are searched, filtered and counted by. It follows the records: at once, or many in one transaction when
 * records come by the hundred. What is still to be entered stands in the database, so that nothing is forgotten by a crash.
 */
export class SearchIndex {
  readonly #db: Database;
  #waiting: number | undefined;
  #slice = 100;

  constructor(db: Database) {
    this.#db = db;
    db.onRebuilt(() => {
      this.#waiting = undefined;
    });
    db.onTextDamaged(() => {
      this.begin();
    });
  }

  /** Packages that are to be entered. */
  get waiting(): number {
    this.#waiting ??= this.#db.get<{ n: number }>('SELECT count(*) AS n FROM unindexed')?.n ?? 0;
    return this.#waiting;
  }

  /** Note that a package is to be entered; part of the transaction that stores it. @param known by an older record it was */
  note(id: number, known: boolean): void {
    this.#db.run('INSERT OR IGNORE INTO unindexed (package, known) VALUES (?, ?)', id, known ? 1 : 0);
    // Counted again when it is asked for next: the transaction may come to nothing.
    this.#waiting = undefined;
  }

  /** Enter one package that was noted. */
  enter(id: number): void {
    this.#enter(this.#noted('u.package = ?', id));
  }

  /** Enter some of those that wait, the longest first: work of some milliseconds. Returns how many. */
  enterSome(): number {
    const began = performance.now();
    const rows = this.#noted('1 ORDER BY u.package LIMIT ?', this.#slice);
    this.#db.transaction(() => {
      this.#enter(rows);
    });
    const took = performance.now() - began;
    if (rows.length < this.#slice) return rows.length;
    this.#slice = Math.round(Math.min(Math.max((this.#slice * SLICE_MS) / took, this.#slice / 2, FEWEST), MOST));
    return rows.length;
  }

  /** Begin the texts anew, out of the records: every package waits to be entered. */
  begin(): void {
    this.#db.transaction(() => {
      this.#db.run('DROP TABLE IF EXISTS packages_text');
      this.#db.run(TEXT_TABLE);
      this.#db.run('INSERT OR IGNORE INTO unindexed (package, known) SELECT id, 0 FROM packages');
    });
    this.#waiting = undefined;
  }

  #noted(condition: string, value: number): SummaryRow[] {
    return this.#db.all<SummaryRow>(
      `SELECT u.package AS id, u.known, s.publisher, s.name, s.title, s.license, s.categories, s.tags, s.description
       FROM unindexed u CROSS JOIN summaries s ON s.id = u.package WHERE ${condition}`,
      value,
    );
  }

  #enter(rows: readonly SummaryRow[]): void {
    enterPackages(this.#db, rows.map(toIndexed));
    for (const { id } of rows) this.#db.run('DELETE FROM unindexed WHERE package = ?', id);
    this.#waiting = undefined;
  }
}

function toIndexed(row: SummaryRow): Indexed {
  const { id, publisher, name, title, license, description } = row;
  const [categories, tags] = [readTexts(row.categories), readTexts(row.tags)];
  return { id, publisher, name, title, license, description, categories, tags, known: row.known === 1 };
}
