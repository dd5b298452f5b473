import type {
  PackageCounts,
  PackageDetails,
  PackagePage,
  PackageSection,
  PackageSummary,
  SearchQuery,
} from '../../shared/model.ts';
import type { OpenedRecord, PackageRecord } from '../records/record.ts';
import { latestRelease } from '../records/releases.ts';
import type { Database, Row } from './database.ts';
import { fullTextQuery, relevance } from './relevance.ts';

/** A package as it is stored: its newest record, and the signed bytes that prove it. */
export interface StoredPackage extends OpenedRecord {
  readonly mine: boolean;
}

/** One step of the log that other peers read. */
export interface LogEntry extends StoredPackage {
  readonly position: number;
}

interface PackageRow extends Row {
  record: string;
  envelope: Uint8Array;
  digest: string;
  mine: number;
}

interface SummaryRow extends Row {
  record: string;
  mine: number;
  providers: number;
  installed: string | null;
}

/** Candidates that full-text search hands to ranking: enough for a page of the best, few enough to be quick. */
const CANDIDATES = 300;

const SUMMARY = `
  SELECT packages.record, packages.mine,
    (SELECT count(*) FROM holders h WHERE h.publisher = packages.publisher AND h.name = packages.name) AS providers,
    (SELECT group_concat(DISTINCT i.version) FROM installs i
      WHERE i.publisher = packages.publisher AND i.name = packages.name) AS installed
  FROM packages`;

const SECTIONS: Record<PackageSection, string> = {
  published: 'packages.mine = 1',
  installed: 'EXISTS (SELECT 1 FROM installs i WHERE i.publisher = packages.publisher AND i.name = packages.name)',
  network: 'packages.mine = 0',
};

/** The packages that this node knows: newest record of each, every content root ever seen, and the search index. */
export class Packages {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  get(publisher: string, name: string): StoredPackage | undefined {
    const row = this.#db.get<PackageRow>(
      'SELECT record, envelope, digest, mine FROM packages WHERE publisher = ? AND name = ?',
      publisher,
      name,
    );
    return row === undefined ? undefined : toStored(row);
  }

  /** The package whose newest record has this digest: a record that was seen needs no second verification. */
  byDigest(digest: string): { publisher: string; name: string } | undefined {
    return this.#db.get<{ publisher: string; name: string }>(
      'SELECT publisher, name FROM packages WHERE digest = ?',
      digest,
    );
  }

  /** Publishers that have a package of this name, at most `limit`. */
  publishersOf(name: string, limit = 10): string[] {
    return this.#db
      .all<{ publisher: string }>('SELECT publisher FROM packages WHERE name = ? LIMIT ?', name, limit)
      .map(({ publisher }) => publisher);
  }

  /** Store a record as the newest of its package. The caller has verified it and compared it with what is known. */
  put(opened: OpenedRecord, { mine, now }: { mine: boolean; now: number }): void {
    const { record, envelope } = opened;
    const { publisher, name } = record;
    this.#db.transaction(() => {
      this.#db.run(
        `INSERT INTO packages (publisher, name, seq, updated, received, mine, record, envelope, digest)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
         ON CONFLICT (publisher, name) DO UPDATE SET
           seq = ?3, updated = ?4, received = ?5, mine = max(mine, ?6), record = ?7, envelope = ?8, digest = ?9`,
        publisher,
        name,
        record.seq,
        record.updated,
        now,
        mine || this.isOwn(publisher) ? 1 : 0,
        JSON.stringify(record),
        envelope,
        opened.digest,
      );
      const { id } = this.#db.get<{ id: number }>(
        'SELECT id FROM packages WHERE publisher = ? AND name = ?',
        publisher,
        name,
      ) ?? { id: 0 };
      this.#db.run('INSERT OR REPLACE INTO log (package) VALUES (?)', id);
      for (const { version, root } of record.releases) {
        this.#db.run(
          'INSERT OR IGNORE INTO seen_roots (publisher, name, version, root) VALUES (?, ?, ?, ?)',
          publisher,
          name,
          version,
          root,
        );
      }
      const { title, description, tags, categories } = record.metadata;
      this.#db.run('DELETE FROM packages_text WHERE rowid = ?', id);
      this.#db.run(
        'INSERT INTO packages_text (rowid, name, title, description, tags, categories, publisher) VALUES (?, ?, ?, ?, ?, ?, ?)',
        id,
        name,
        title,
        description,
        tags.join(' '),
        categories.join(' '),
        publisher,
      );
    });
  }

  /** Whether a key of this publisher has signed here. */
  isOwn(publisher: string): boolean {
    return this.#db.get('SELECT 1 FROM packages WHERE publisher = ? AND mine = 1 LIMIT 1', publisher) !== undefined;
  }

  /** Content root of every version ever seen of a package. */
  seenRoots(publisher: string, name: string): Map<string, string> {
    return new Map(
      this.#db
        .all<{
          version: string;
          root: string;
        }>('SELECT version, root FROM seen_roots WHERE publisher = ? AND name = ?', publisher, name)
        .map(({ version, root }) => [version, root]),
    );
  }

  /** Keep a record that contradicts what its publisher signed before. */
  addEquivocation(opened: OpenedRecord, versions: readonly string[], now: number): void {
    this.#db.run(
      'INSERT OR IGNORE INTO equivocations (publisher, name, digest, versions, envelope, seen) VALUES (?, ?, ?, ?, ?, ?)',
      opened.record.publisher,
      opened.record.name,
      opened.digest,
      JSON.stringify(versions),
      opened.envelope,
      now,
    );
  }

  details(publisher: string, name: string): PackageDetails | undefined {
    const row = this.#db.get<SummaryRow>(
      `${SUMMARY} WHERE packages.publisher = ? AND packages.name = ?`,
      publisher,
      name,
    );
    if (row === undefined) return undefined;
    const record = JSON.parse(row.record) as PackageRecord;
    const equivocation = this.#db.get(
      'SELECT 1 FROM equivocations WHERE publisher = ? AND name = ? LIMIT 1',
      publisher,
      name,
    );
    return {
      ...toSummary(row, record),
      metadata: record.metadata,
      releases: record.releases,
      seq: record.seq,
      equivocation: equivocation !== undefined,
    };
  }

  list(section: PackageSection, offset: number, limit: number): PackagePage {
    const where = SECTIONS[section];
    const rows = this.#db.all<SummaryRow>(
      `${SUMMARY} WHERE ${where} ORDER BY packages.updated DESC, packages.id LIMIT ? OFFSET ?`,
      limit,
      offset,
    );
    return { packages: rows.map((row) => toSummary(row)), total: this.#count(where) };
  }

  counts(): PackageCounts {
    return {
      published: this.#count(SECTIONS.published),
      installed: this.#count(SECTIONS.installed),
      network: this.#count(SECTIONS.network),
    };
  }

  #count(where: string): number {
    return this.#db.get<{ n: number }>(`SELECT count(*) AS n FROM packages WHERE ${where}`)?.n ?? 0;
  }

  /** Local answer to a query, ranked, at most `limit` after `offset`. */
  search(query: SearchQuery): PackageSummary[] {
    const { limit = 20, offset = 0 } = query;
    const filters: string[] = [];
    const values: (string | number)[] = [];
    const anyOf = (field: 'categories' | 'tags', wanted: readonly string[] | undefined): void => {
      if (wanted === undefined || wanted.length === 0) return;
      const marks = wanted.map(() => '?').join(', ');
      filters.push(
        `EXISTS (SELECT 1 FROM json_each(packages.record, '$.metadata.${field}') WHERE lower(value) IN (${marks}))`,
      );
      values.push(...wanted.map((text) => text.toLowerCase()));
    };
    anyOf('categories', query.categories);
    anyOf('tags', query.tags);
    const text = fullTextQuery(query.text);
    const and = filters.map((filter) => ` AND ${filter}`).join('');
    if (text === undefined) {
      return this.#db
        .all<SummaryRow>(
          `${SUMMARY} WHERE 1${and} ORDER BY packages.updated DESC, packages.id LIMIT ? OFFSET ?`,
          ...values,
          limit,
          offset,
        )
        .map((row) => toSummary(row));
    }
    return this.#db
      .all<SummaryRow>(
        `${SUMMARY} JOIN packages_text ON packages_text.rowid = packages.id
         WHERE packages_text MATCH ?${and} ORDER BY bm25(packages_text, 10, 5, 1, 4, 3) LIMIT ?`,
        text,
        ...values,
        Math.max(CANDIDATES, offset + limit),
      )
      .map((row) => toSummary(row))
      .map((summary, index) => ({ summary, index, score: relevance(query.text, summary) }))
      .sort((a, b) => b.score - a.score || a.index - b.index)
      .slice(offset, offset + limit)
      .map(({ summary }) => summary);
  }

  /** Move a package to the end of the log, so that peers read of it again: this node now serves what it only knew. */
  relog(publisher: string, name: string): void {
    this.#db.run(
      'INSERT OR REPLACE INTO log (package) SELECT id FROM packages WHERE publisher = ? AND name = ?',
      publisher,
      name,
    );
  }

  /** What was learnt after a position of the log, in order. */
  logAfter(position: number, limit: number): LogEntry[] {
    return this.#db
      .all<PackageRow & { position: number }>(
        `SELECT log.position, record, envelope, digest, mine FROM log JOIN packages ON packages.id = log.package
         WHERE log.position > ? ORDER BY log.position LIMIT ?`,
        position,
        limit,
      )
      .map((row) => ({ ...toStored(row), position: row.position }));
  }

  /** Own packages, newest first: what this node keeps alive in the DHT. */
  own(limit = 10_000): StoredPackage[] {
    return this.#db
      .all<PackageRow>(
        'SELECT record, envelope, digest, mine FROM packages WHERE mine = 1 ORDER BY updated DESC LIMIT ?',
        limit,
      )
      .map(toStored);
  }
}

function toStored(row: PackageRow): StoredPackage {
  const { envelope, digest } = row;
  return { record: JSON.parse(row.record) as PackageRecord, envelope, digest, mine: row.mine === 1 };
}

function toSummary(row: SummaryRow, record = JSON.parse(row.record) as PackageRecord): PackageSummary {
  const latest = latestRelease(record.releases);
  const { title, description, license, categories, tags } = record.metadata;
  return {
    id: `${record.publisher}/${record.name}`,
    publisher: record.publisher,
    name: record.name,
    title,
    description,
    license,
    categories,
    tags,
    ...(latest === undefined ? {} : { latest: latest.version }),
    versions: record.releases.length,
    size: latest?.size ?? 0,
    updated: record.updated,
    published: row.mine === 1,
    installed: row.installed === null ? [] : row.installed.split(','),
    providers: row.providers,
  };
}
