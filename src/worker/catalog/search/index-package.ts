import type { SQLInputValue } from 'node:sqlite';
import type { PackageRecord } from '../../records/record.ts';
import { latestRelease } from '../../records/releases.ts';
import { indexWords } from './spelling.ts';

/** The part of a database that indexing needs. */
export interface StatementRunner {
  run(sql: string, ...values: SQLInputValue[]): { changes: number };
}

/** Kinds of labels that packages are filtered by and counted under. */
export type LabelKind = 'category' | 'tag' | 'license' | 'publisher';

const UPSERT_SUMMARY = `
  INSERT INTO summaries (id, publisher, name, mine, updated, providers, latest, versions, size, title, license,
    categories, tags, description, offered, withdrawn, dist_tags)
  VALUES (?1, ?2, ?3, ?4, ?5, (SELECT count(*) FROM active_providers WHERE publisher = ?2 AND name = ?3),
    ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)
  ON CONFLICT (id) DO UPDATE SET mine = ?4, updated = ?5, latest = ?6, versions = ?7, size = ?8, title = ?9,
    license = ?10, categories = ?11, tags = ?12, description = ?13, offered = ?14, withdrawn = ?15,
    dist_tags = ?16`;

/** The fields of a package that the search index contains. */
export interface IndexedPackage {
  /** Row in `packages`. */
  readonly id: number;
  readonly publisher: string;
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly license: string;
  readonly categories: readonly string[];
  readonly tags: readonly string[];
  /** The index contains an older record of the package. */
  readonly known: boolean;
}

const INSERT_LABEL = 'INSERT OR IGNORE INTO labels (kind, label, package) VALUES (?, ?, ?)';
const COUNT_LABELS = `INSERT INTO label_counts (kind, label, packages) VALUES (?1, ?2, ?3)
  ON CONFLICT (kind, label) DO UPDATE SET packages = packages + ?3`;

/** Adds packages to labels, words and full text. Larger batches cost less per package. */
export function indexPackages(db: StatementRunner, packages: readonly IndexedPackage[]): void {
  indexLabels(db, packages);
  indexWords(db, packages);
  // Full-text statements run consecutively: a statement with a trigger between them makes SQLite set a savepoint, at
  // which FTS5 writes its buffered terms.
  for (const { id, known } of packages) if (known) db.run('DELETE FROM packages_text WHERE rowid = ?', id);
  for (const each of packages) indexText(db, each);
}

function indexLabels(db: StatementRunner, packages: readonly IndexedPackage[]): void {
  const counts = new Map<string, { kind: LabelKind; label: string; added: number }>();
  for (const each of packages) {
    if (each.known) db.run('DELETE FROM labels WHERE package = ?', each.id);
    for (const [kind, label] of labelsOf(each)) {
      if (db.run(INSERT_LABEL, kind, label, each.id).changes === 0) continue;
      const count = counts.get(`${kind} ${label}`) ?? { kind, label, added: 0 };
      count.added++;
      counts.set(`${kind} ${label}`, count);
    }
  }
  for (const { kind, label, added } of counts.values()) db.run(COUNT_LABELS, kind, label, added);
}

function indexText(db: StatementRunner, { id, name, title, description, tags, categories }: IndexedPackage): void {
  db.run(
    'INSERT INTO packages_text (rowid, name, title, description, tags, categories) VALUES (?, ?, ?, ?, ?, ?)',
    id,
    name,
    title,
    description,
    tags.join(' '),
    categories.join(' '),
  );
}

/** Licenses of an SPDX expression, in lower case: `(MIT OR Apache-2.0)` contains two. */
export function licensesIn(expression: string): string[] {
  return expression
    .toLowerCase()
    .split(/[()]|\s+(?:or|and|with)\s+/)
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

/** Writes the summary of a package, from which lists read and the search index is built. */
export function upsertSummary(db: StatementRunner, id: number, record: PackageRecord, mine: boolean): void {
  const { publisher, name, updated, releases, metadata, distTags = [] } = record;
  const latest = latestRelease(record);
  const versions = (yanked: boolean): string =>
    releases
      .filter((release) => release.yanked === yanked)
      .map(({ version }) => version)
      .join(' ');
  db.run(
    UPSERT_SUMMARY,
    id,
    publisher,
    name,
    mine ? 1 : 0,
    updated,
    latest?.version ?? null,
    releases.length,
    latest?.size ?? 0,
    metadata.title,
    metadata.license,
    JSON.stringify(metadata.categories),
    JSON.stringify(metadata.tags),
    metadata.description,
    versions(false),
    versions(true),
    JSON.stringify(distTags),
  );
}

function labelsOf({ publisher, categories, tags, license }: IndexedPackage): [LabelKind, string][] {
  return [
    ['publisher', publisher],
    ...categories.map((text): [LabelKind, string] => ['category', text.toLowerCase()]),
    ...tags.map((text): [LabelKind, string] => ['tag', text.toLowerCase()]),
    ...licensesIn(license).map((text): [LabelKind, string] => ['license', text]),
  ];
}
