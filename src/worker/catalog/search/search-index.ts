import type { Database, Row } from '../../sqlite/database.ts';
import { CREATE_TEXT_INDEX } from '../schema/search-schema.ts';
import { indexPackages } from './index-package.ts';
import type { IndexedPackage } from './index-package.ts';
import { parseTexts } from './summaries.ts';

/** Target duration of one batch without its commit; the size of a batch follows from the duration of the last one. */
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
 * Keeps the search index up to date with the records: immediately, or in batches when hundreds of records arrive.
 * Pending packages are rows of the database, so that a crash loses none.
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

  /** Number of packages that wait to be indexed. */
  get pendingCount(): number {
    this.#pendingCount ??= this.#db.get<{ n: number }>('SELECT count(*) AS n FROM unindexed')?.n ?? 0;
    return this.#pendingCount;
  }

  /** Marks a package as pending, in the transaction that stores it. @param known the index contains an older record */
  markPending(id: number, known: boolean): void {
    this.#db.run('INSERT OR IGNORE INTO unindexed (package, known) VALUES (?, ?)', id, known ? 1 : 0);
    // Counted again at the next call, because the transaction may be rolled back.
    this.#pendingCount = undefined;
  }

  /** Indexes one pending package. */
  indexNow(id: number): void {
    this.#indexRows(this.#selectPending('u.package = ?', id));
  }

  /** Indexes a batch of the longest-pending packages in some milliseconds. Returns their number. */
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

  /** Creates the full-text index again: all packages are pending afterwards. */
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
