import type { Database, Row } from '../../sqlite/database.ts';
import { CREATE_TEXT_INDEX } from '../schema/search-schema.ts';
import { indexPackages } from './index-package.ts';
import type { IndexedPackage } from './index-package.ts';
import { parseTexts } from '../tables/summaries.ts';

/** How long one slice of entering may take, its commit not included; by what the last one took, in milliseconds. */
const MAX_SLICE_MS = 10;
const MIN_SLICE_PACKAGES = 25;
const MAX_SLICE_PACKAGES = 400;

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
  #pendingCount: number | undefined;
  #sliceSize = 100;

  constructor(db: Database) {
    this.#db = db;
    db.onRebuilt(() => {
      this.#pendingCount = undefined;
    });
    db.onTextDamaged(() => {
      this.rebuild();
    });
  }

  /** Packages that are to be entered. */
  get pendingCount(): number {
    this.#pendingCount ??= this.#db.get<{ n: number }>('SELECT count(*) AS n FROM unindexed')?.n ?? 0;
    return this.#pendingCount;
  }

  /** Note that a package is to be entered; part of the transaction that stores it. @param known by an older record it was */
  markPending(id: number, known: boolean): void {
    this.#db.run('INSERT OR IGNORE INTO unindexed (package, known) VALUES (?, ?)', id, known ? 1 : 0);
    // Counted again when it is asked for next: the transaction may come to nothing.
    this.#pendingCount = undefined;
  }

  /** Enter one package that was noted. */
  indexNow(id: number): void {
    this.#indexRows(this.#selectPending('u.package = ?', id));
  }

  /** Enter some of those that wait, the longest first: work of some milliseconds. Returns how many. */
  indexPending(): number {
    const startedAt = performance.now();
    const rows = this.#selectPending('1 ORDER BY u.package LIMIT ?', this.#sliceSize);
    this.#db.transaction(() => {
      this.#indexRows(rows);
    });
    const elapsedMs = performance.now() - startedAt;
    if (rows.length < this.#sliceSize) return rows.length;
    this.#sliceSize = Math.round(
      Math.min(
        Math.max((this.#sliceSize * MAX_SLICE_MS) / elapsedMs, this.#sliceSize / 2, MIN_SLICE_PACKAGES),
        MAX_SLICE_PACKAGES,
      ),
    );
    return rows.length;
  }

  /** Begin the texts anew, out of the records: every package waits to be entered. */
  rebuild(): void {
    this.#db.transaction(() => {
      this.#db.run('DROP TABLE IF EXISTS packages_text');
      this.#db.run(CREATE_TEXT_INDEX);
      this.#db.run('INSERT OR IGNORE INTO unindexed (package, known) SELECT id, 0 FROM packages');
    });
    this.#pendingCount = undefined;
  }

  #selectPending(condition: string, value: number): SummaryRow[] {
    return this.#db.all<SummaryRow>(
      `SELECT u.package AS id, u.known, s.publisher, s.name, s.title, s.license, s.categories, s.tags, s.description
       FROM unindexed u CROSS JOIN summaries s ON s.id = u.package WHERE ${condition}`,
      value,
    );
  }

  #indexRows(rows: readonly SummaryRow[]): void {
    indexPackages(this.#db, rows.map(toIndexed));
    for (const { id } of rows) this.#db.run('DELETE FROM unindexed WHERE package = ?', id);
    this.#pendingCount = undefined;
  }
}

function toIndexed(row: SummaryRow): IndexedPackage {
  const { id, publisher, name, title, license, description } = row;
  const [categories, tags] = [parseTexts(row.categories), parseTexts(row.tags)];
  return { id, publisher, name, title, license, description, categories, tags, known: row.known === 1 };
}
