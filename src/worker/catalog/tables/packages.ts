import type {
  PackageCounts,
  PackageDetails,
  PackagePage,
  PackageSection,
  PackageSummary,
} from '../../../shared/model.ts';
import type { OpenedRecord, PackageRecord } from '../../records/record.ts';
import type { Database, Row } from '../../sqlite/database.ts';
import type { LocalQuery } from '../search/filters.ts';
import { upsertSummary } from '../search/index-package.ts';
import { searchLocally } from '../search/local-search.ts';
import type { LocalResults } from '../search/local-search.ts';
import type { OwnRecords } from '../own-records.ts';
import { SearchIndex } from '../search/search-index.ts';
import { summariesOf } from './summaries.ts';

/** A package as it is stored: its newest record, and the signed bytes that prove it. */
export interface StoredPackage extends OpenedRecord {
  readonly mine: boolean;
}

export interface UpsertOptions {
  readonly mine: boolean;
  /** Milliseconds since the Unix epoch. */
  readonly now: number;
  readonly deferIndexing?: boolean;
}

/** One step of the log that other peers read. */
export interface LoggedPackage extends StoredPackage {
  readonly position: number;
}

interface PackageRow extends Row {
  record: string;
  envelope: Uint8Array;
  digest: string;
  mine: number;
}

/**
 * Rows of each section, to be ordered by when they were updated. CROSS JOIN keeps SQLite from walking all packages instead of
 * the few installations.
 */
const SECTIONS: Record<PackageSection, string> = {
  published: 'SELECT id FROM packages WHERE mine = 1',
  installed: `SELECT DISTINCT p.id, p.updated FROM installs i
    CROSS JOIN packages p ON p.publisher = i.publisher AND p.name = i.name WHERE 1`,
  network: 'SELECT id FROM packages WHERE mine = 0',
};

/** The packages that this node knows: newest record of each, every content root ever seen, and the search index. */
export class Packages {
  /** What of the packages is searched by. */
  readonly index: SearchIndex;
  readonly #db: Database;
  readonly #ownRecords: OwnRecords;
  /** Publishers who signed here; read once, because every record that arrives asks. */
  #ownPublishers: Set<string> | undefined;

  constructor(db: Database, ownRecords: OwnRecords) {
    this.#db = db;
    this.#ownRecords = ownRecords;
    this.index = new SearchIndex(db);
    db.onRebuilt(() => {
      this.#ownPublishers = undefined;
    });
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
  getByDigest(digest: string): { publisher: string; name: string } | undefined {
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

  /**
   * Store a record as the newest of its package. The caller has verified it and compared it with what is known.
   *
   * @param options `indexLater`: leave it to the caller to have it entered into the search index
   */
  upsert(opened: OpenedRecord, { mine, now, deferIndexing = false }: UpsertOptions): void {
    const { publisher, name } = opened.record;
    const own = mine || this.isOwn(publisher);
    this.#db.transaction(() => {
      const id = this.#write(opened, own, now);
      if (!deferIndexing) this.index.indexNow(id);
      if (own) this.#ownRecords.save(publisher, name, opened.envelope);
    });
    if (mine) this.#ownPublishers?.add(publisher);
  }

  /** Returns the package's row. */
  #write({ record, envelope, digest }: OpenedRecord, own: boolean, now: number): number {
    const { publisher, name } = record;
    const before = this.#idOf(publisher, name);
    const { rowid } = this.#db.run(
      `INSERT INTO packages (publisher, name, seq, updated, received, mine, record, envelope, digest)
       VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
       ON CONFLICT (publisher, name) DO UPDATE SET
         seq = ?3, updated = ?4, received = ?5, mine = max(mine, ?6), record = ?7, envelope = ?8, digest = ?9`,
      publisher,
      name,
      record.seq,
      record.updated,
      now,
      own ? 1 : 0,
      JSON.stringify(record),
      envelope,
      digest,
    );
    const id = before ?? rowid;
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
    upsertSummary(this.#db, id, record, own);
    this.index.markPending(id, before !== undefined);
    return id;
  }

  #idOf(publisher: string, name: string): number | undefined {
    return this.#db.get<{ id: number }>('SELECT id FROM packages WHERE publisher = ? AND name = ?', publisher, name)
      ?.id;
  }

  /** Whether a key of this publisher has signed here. */
  isOwn(publisher: string): boolean {
    this.#ownPublishers ??= new Set(
      this.#db
        .all<{ publisher: string }>('SELECT DISTINCT publisher FROM packages WHERE mine = 1')
        .map((row) => row.publisher),
    );
    return this.#ownPublishers.has(publisher);
  }

  /** Content root of those of these versions that were ever seen of a package. */
  seenRoots(publisher: string, name: string, versions: readonly string[]): Map<string, string> {
    return new Map(
      this.#db
        .all<{ version: string; root: string }>(
          `SELECT version, root FROM seen_roots
           WHERE publisher = ? AND name = ? AND version IN (SELECT value FROM json_each(?))`,
          publisher,
          name,
          JSON.stringify(versions),
        )
        .map(({ version, root }) => [version, root]),
    );
  }

  /** Number of versions ever seen of a package, in whatever record. */
  seenVersions(publisher: string, name: string): number {
    return (
      this.#db.get<{ n: number }>(
        'SELECT count(*) AS n FROM seen_roots WHERE publisher = ? AND name = ?',
        publisher,
        name,
      )?.n ?? 0
    );
  }

  /**
   * Keep a record that contradicts what its publisher signed before. One proof per package is enough, and all that a
   * publisher can make others keep. Returns whether it is the first.
   */
  addEquivocation(opened: OpenedRecord, versions: readonly string[], now: number): boolean {
    const { changes } = this.#db.run(
      `INSERT INTO equivocations (publisher, name, digest, versions, envelope, seen)
       SELECT ?1, ?2, ?3, ?4, ?5, ?6 WHERE NOT EXISTS (SELECT 1 FROM equivocations WHERE publisher = ?1 AND name = ?2)`,
      opened.record.publisher,
      opened.record.name,
      opened.digest,
      JSON.stringify(versions),
      opened.envelope,
      now,
    );
    return changes > 0;
  }

  details(publisher: string, name: string): PackageDetails | undefined {
    const row = this.#db.get<{ id: number; record: string }>(
      'SELECT id, record FROM packages WHERE publisher = ? AND name = ?',
      publisher,
      name,
    );
    if (row === undefined) return undefined;
    const [summary] = summariesOf(this.#db, [row.id]);
    if (summary === undefined) return undefined;
    const { metadata, releases, seq } = JSON.parse(row.record) as PackageRecord;
    return { ...summary, metadata, releases, seq };
  }

  /** Peers known to serve a package, counted; banned ones do not count. */
  countProviders(publisher: string, name: string): number {
    return (
      this.#db.get<{ n: number }>(
        'SELECT count(*) AS n FROM active_providers WHERE publisher = ? AND name = ?',
        publisher,
        name,
      )?.n ?? 0
    );
  }

  list(section: PackageSection, offset: number, limit: number): PackagePage {
    const ids = this.#db
      .all<{ id: number }>(`${SECTIONS[section]} ORDER BY updated DESC, id LIMIT ? OFFSET ?`, limit, offset)
      .map(({ id }) => id);
    return { packages: summariesOf(this.#db, ids), total: this.counts()[section] };
  }

  /** How many packages there are: kept by the database as they come, not counted here. */
  counts(): PackageCounts {
    const rows = this.#db.all<{ mine: number; packages: number }>('SELECT mine, packages FROM counters');
    const of = (mine: number): number => rows.find((row) => row.mine === mine)?.packages ?? 0;
    const installed = this.#db.get<{ n: number }>(`SELECT count(*) AS n FROM (${SECTIONS.installed})`)?.n ?? 0;
    return { published: of(1), installed, network: of(0) };
  }

  /** Local answer to a query, in its order, at most `limit` after `offset`. */
  search(query: LocalQuery): PackageSummary[] {
    return this.searchWithFacets(query).packages;
  }

  /** As `search`, with what the matches have in common. */
  searchWithFacets(query: LocalQuery): LocalResults {
    this.#indexPending();
    return searchLocally(this.#db, query);
  }

  /** What came in a crowd a moment ago; of a large crowd a part. */
  #indexPending(): void {
    try {
      if (this.index.pendingCount > 0) this.index.indexPending();
    } catch {
      // A full disk, say: upkeep tells of it, and a search answers with what is there.
    }
  }

  /** Move a package to the end of the log, so that peers read of it again: this node now serves what it only knew. */
  moveToLogEnd(publisher: string, name: string): void {
    this.#db.run(
      'INSERT OR REPLACE INTO log (package) SELECT id FROM packages WHERE publisher = ? AND name = ?',
      publisher,
      name,
    );
  }

  /** What was learnt after a position of the log, in order. */
  readLogAfter(position: number, limit: number): LoggedPackage[] {
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
  listOwn(limit = 10_000): StoredPackage[] {
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
