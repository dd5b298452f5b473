import type { SQLInputValue } from 'node:sqlite';
import type { PackageRecord } from '../records/record.ts';
import { latestRelease } from '../records/releases.ts';
import { learnWords } from './spelling.ts';

/** What writing needs of a database. */
export interface Statements {
  run(sql: string, ...values: SQLInputValue[]): { changes: number };
}

/** Kinds of labels that packages are filtered by and counted under. */
export type LabelKind = 'category' | 'tag' | 'license' | 'publisher';

const PUT_SUMMARY = `
  INSERT INTO summaries (id, publisher, name, mine, updated, providers, latest, versions, size, title, license,
    categories, tags, description, offered, withdrawn)
  VALUES (?1, ?2, ?3, ?4, ?5, (SELECT count(*) FROM holders WHERE publisher = ?2 AND name = ?3),
    ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)
  ON CONFLICT (id) DO UPDATE SET mine = ?4, updated = ?5, latest = ?6, versions = ?7, size = ?8, title = ?9,
    license = ?10, categories = ?11, tags = ?12, description = ?13, offered = ?14, withdrawn = ?15`;

/**
 * Derive from a record everything by which its package is listed, filtered and found, except its texts.
 *
 * @param id row of the package
 * @param options `known`: the package was indexed before, by an older record
 */
export function indexPackage(
  db: Statements,
  id: number,
  record: PackageRecord,
  { mine, known }: { mine: boolean; known: boolean },
): void {
  putSummary(db, id, record, mine);
  if (known) db.run('DELETE FROM labels WHERE package = ?', id);
  for (const [kind, label] of labelsOf(record)) {
    db.run('INSERT OR IGNORE INTO labels (kind, label, package) VALUES (?, ?, ?)', kind, label, id);
  }
  learnWords(db, record);
}

/**
 * Enter the texts of a record into the full-text index. To be done for many packages in a row: any statement with a trigger
 * between two makes SQLite set a savepoint, at which FTS5 writes out what it would otherwise gather.
 */
export function indexText(db: Statements, id: number, { name, metadata }: PackageRecord, known: boolean): void {
  const { title, description, tags, categories } = metadata;
  if (known) db.run('DELETE FROM packages_text WHERE rowid = ?', id);
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

/** The licences that an SPDX expression names, in lower case: `(MIT OR Apache-2.0)` names two. */
export function licensesIn(expression: string): string[] {
  return expression
    .toLowerCase()
    .split(/[()]|\s+(?:or|and|with)\s+/)
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

function putSummary(db: Statements, id: number, record: PackageRecord, mine: boolean): void {
  const { publisher, name, updated, releases, metadata } = record;
  const latest = latestRelease(releases);
  const versions = (yanked: boolean): string =>
    releases
      .filter((release) => release.yanked === yanked)
      .map(({ version }) => version)
      .join(' ');
  db.run(
    PUT_SUMMARY,
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
  );
}

function labelsOf({ publisher, metadata: { categories, tags, license } }: PackageRecord): [LabelKind, string][] {
  return [
    ['publisher', publisher],
    ...categories.map((text): [LabelKind, string] => ['category', text.toLowerCase()]),
    ...tags.map((text): [LabelKind, string] => ['tag', text.toLowerCase()]),
    ...licensesIn(license).map((text): [LabelKind, string] => ['license', text]),
  ];
}
