import type { SQLInputValue } from 'node:sqlite';
import type { SearchSort } from '../../../shared/model.ts';
import type { Database, Row } from '../../sqlite/database.ts';
import type { Condition } from './filters.ts';
import { parseTexts } from './summaries.ts';

/** The fields of a package that ranking and facets use. */
export interface SearchCandidate {
  readonly id: number;
  readonly publisher: string;
  readonly name: string;
  readonly title: string;
  readonly license: string;
  readonly updated: number;
  /** Its first characters, which are sufficient for ranking. */
  readonly description: string;
  readonly categories: readonly string[];
  readonly tags: readonly string[];
}

/** Rows that are filtered by a costly condition, or sorted without an index. */
const MAX_SCANNED_ROWS = 10_000;
const MAX_DESCRIPTION_LENGTH = 500;

/** Returns the rows of packages in one order that satisfy the filters. */
export type Walk = (limit: number, offset: number) => number[];

/** All packages in the order of a sort. */
export function walkAll(db: Database, sort: SearchSort, condition: Condition): Walk {
  const { column, direction, from } = SOURCES[sort];
  // The packages of a rare label are looked up first and sorted. Otherwise an index gives the order, and a costly
  // condition is evaluated for its first rows only.
  if (condition.rare) {
    return walk(db, `SELECT s.id FROM summaries s WHERE ${condition.sql} ${orderBy('s', sort)}`, condition.values);
  }
  const last = `(SELECT ${column} FROM ${from} p ORDER BY ${column} ${direction} LIMIT 1 OFFSET ${MAX_SCANNED_ROWS})`;
  const orderBound = `${last} IS NULL OR p.${column} ${direction === 'DESC' ? '>=' : '<='} ${last}`;
  return walk(
    db,
    `SELECT s.id FROM ${from} p CROSS JOIN summaries s ON s.id = p.id
     WHERE (${condition.costly ? orderBound : '1'}) AND ${condition.sql} ${orderBy('p', sort)}`,
    condition.values,
  );
}

/** Matches of the full-text index in the order of a sort; for `relevance`, the most recently learned first. */
export function walkText(db: Database, expression: string, sort: SearchSort, condition: Condition): Walk {
  if (sort === 'relevance' && !(condition.costly && !condition.rare)) {
    // The index has this order, so the statement stops after the requested rows.
    return walk(
      db,
      `SELECT s.id FROM packages_text f CROSS JOIN summaries s ON s.id = f.rowid
       WHERE f.packages_text MATCH ? AND ${condition.sql} ORDER BY f.rowid DESC`,
      [expression, ...condition.values],
    );
  }
  // Sorted as a whole, or filtered row by row in the order of the inner query.
  return walk(
    db,
    `SELECT s.id FROM (SELECT rowid AS id FROM packages_text WHERE packages_text MATCH ? ORDER BY rowid DESC
       LIMIT ${MAX_SCANNED_ROWS}) m
     CROSS JOIN summaries s ON s.id = m.id WHERE ${condition.sql} ${sort === 'relevance' ? '' : orderBy('s', sort)}`,
    [expression, ...condition.values],
  );
}

/** Packages with this name, then packages whose name starts with it, by name. */
export function walkNames(db: Database, name: string, condition: Condition): Walk {
  return walk(
    db,
    `SELECT s.id FROM packages p INDEXED BY packages_by_name CROSS JOIN summaries s ON s.id = p.id
     WHERE p.name >= ? AND p.name < ? AND ${condition.sql} ORDER BY p.name, p.id`,
    [name, `${name}\u{10ffff}`, ...condition.values],
  );
}

interface CandidateRow extends Row {
  id: number;
  publisher: string;
  name: string;
  title: string;
  license: string;
  updated: number;
  description: string;
  categories: string;
  tags: string;
}

/** Reads the candidates in the order of `ids`. */
export function readCandidates(db: Database, ids: readonly number[]): SearchCandidate[] {
  const rows = db.all<CandidateRow>(
    `SELECT id, publisher, name, title, license, updated, substr(description, 1, ${MAX_DESCRIPTION_LENGTH}) AS description,
       categories, tags
     FROM summaries WHERE id IN (SELECT value FROM json_each(?))`,
    JSON.stringify(ids),
  );
  const byId = new Map(rows.map((row) => [row.id, row]));
  return ids.flatMap((id) => {
    const row = byId.get(id);
    return row === undefined ? [] : [toCandidate(row)];
  });
}

/** Copies field by field, because spreading SQLite's rows is slower than reading them. */
function toCandidate(row: CandidateRow): SearchCandidate {
  const { id, publisher, name, title, license, updated, description } = row;
  const [categories, tags] = [parseTexts(row.categories), parseTexts(row.tags)];
  return { id, publisher, name, title, license, updated, description, categories, tags };
}

interface SortSource {
  readonly column: string;
  readonly direction: 'ASC' | 'DESC';
  /** Table and index that have the order. */
  readonly from: string;
}

const BY_UPDATED: SortSource = { column: 'updated', direction: 'DESC', from: 'packages' };
const SOURCES: Record<SearchSort, SortSource> = {
  relevance: BY_UPDATED,
  updated: BY_UPDATED,
  name: { column: 'name', direction: 'ASC', from: 'packages' },
  providers: { column: 'providers', direction: 'DESC', from: 'summaries' },
};

function orderBy(table: 's' | 'p', sort: SearchSort): string {
  const { column, direction } = SOURCES[sort];
  return `ORDER BY ${table}.${column} ${direction}, ${table}.id`;
}

function walk(db: Database, sql: string, values: readonly SQLInputValue[]): Walk {
  return (limit, offset) =>
    db.all<{ id: number }>(`${sql} LIMIT ? OFFSET ?`, ...values, limit, offset).map(({ id }) => id);
}
