import type { SQLInputValue } from 'node:sqlite';
import type { SearchQuery } from '../../../shared/model.ts';
import type { Database } from '../../sqlite/database.ts';
import { licensesIn } from './index-package.ts';
import type { LabelKind } from './index-package.ts';

/** A query to the catalog. The caller resolves reputation into `providedBy`. */
export interface LocalQuery extends Omit<SearchQuery, 'scope' | 'minReputation'> {
  /** A package must have one of these peers as provider; any peer when omitted. */
  readonly providedBy?: readonly string[];
}

/** A part of a WHERE clause over `summaries s`. */
export interface Condition {
  readonly sql: string;
  readonly values: readonly SQLInputValue[];
  /**
   * `rare`: so few packages have one of the required labels that they are looked up first. `costly`: evaluating a row
   * takes so long that the number of rows is bounded.
   */
  readonly rare: boolean;
  readonly costly: boolean;
  /** No filter was given. */
  readonly isEmpty: boolean;
}

/** A label with at most so many packages is rare. */
const MAX_RARE_PACKAGES = 5_000;

/** Combines all filters of a query with AND. */
export function conditionOf(db: Database, query: LocalQuery): Condition {
  const labels: LabelFilter[] = [
    { kind: 'category', wanted: toLowerCase(query.categories) },
    { kind: 'tag', wanted: toLowerCase(query.tags) },
    { kind: 'license', wanted: query.licenses?.flatMap(licensesIn) },
    { kind: 'publisher', wanted: query.publishers },
  ];
  const parts = labels.flatMap((label) => labelPart(db, label));
  const rare = parts.some((part) => part.rare);
  if (query.version !== undefined && query.version !== '') parts.push(versionPart(query.version, query.includeYanked));
  if (query.providedBy !== undefined) parts.push(providerPart(query.providedBy));
  const isEmpty = parts.length === 0;
  if (query.includeYanked !== true) parts.push({ sql: 's.latest IS NOT NULL', values: [] });
  return {
    sql: parts.length === 0 ? '1' : parts.map(({ sql }) => sql).join(' AND '),
    values: parts.flatMap(({ values }) => values),
    rare,
    costly: query.version !== undefined || query.providedBy !== undefined,
    isEmpty,
  };
}

interface SqlPart {
  readonly sql: string;
  readonly values: readonly SQLInputValue[];
  readonly rare?: boolean;
}

interface LabelFilter {
  readonly kind: LabelKind;
  readonly wanted: readonly string[] | undefined;
}

function labelPart(db: Database, { kind, wanted }: LabelFilter): SqlPart[] {
  if (wanted === undefined || wanted.length === 0) return [];
  const placeholders = wanted.map(() => '?').join(', ');
  const values = [kind, ...wanted];
  const { n } = db.get<{ n: number }>(
    `SELECT coalesce(sum(packages), 0) AS n FROM label_counts WHERE kind = ? AND label IN (${placeholders})`,
    ...values,
  ) ?? { n: 0 };
  // A short list is computed once. For a long one each candidate is checked, so that the statement stops after a page.
  return n <= MAX_RARE_PACKAGES
    ? [
        {
          sql: `s.id IN (SELECT package FROM labels WHERE kind = ? AND label IN (${placeholders}))`,
          values,
          rare: true,
        },
      ]
    : [
        {
          sql: `EXISTS (SELECT 1 FROM labels WHERE kind = ? AND label IN (${placeholders}) AND package = s.id)`,
          values,
        },
      ];
}

function versionPart(range: string, includeYanked = false): SqlPart {
  const versions = includeYanked ? "trim(s.offered || ' ' || s.withdrawn)" : 's.offered';
  return { sql: `offers(${versions}, ?)`, values: [range] };
}

function providerPart(peers: readonly string[]): SqlPart {
  return {
    sql: `(s.mine = 1 OR EXISTS (SELECT 1 FROM active_providers h WHERE h.publisher = s.publisher AND h.name = s.name
      AND h.peer IN (SELECT value FROM json_each(?))))`,
    values: [JSON.stringify(peers)],
  };
}

function toLowerCase(texts: readonly string[] | undefined): readonly string[] | undefined {
  return texts?.map((text) => text.toLowerCase());
}
