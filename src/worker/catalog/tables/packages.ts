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
import type { OwnRecords } from './own-records.ts';
import { SearchIndex } from '../search/search-index.ts';
import { summariesOf } from '../search/summaries.ts';

/** A stored package: its head and the signed envelope. */
export interface StoredPackage extends OpenedRecord {
  readonly mine: boolean;
}

export interface UpsertOptions {
  readonly mine: boolean;
  /** Milliseconds since the Unix epoch. */
  readonly now: number;
  readonly deferIndexing?: boolean;
}

/** An entry of the log that peers sync from. */
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
 * Rows of each section, with the column to sort by. CROSS JOIN makes SQLite start with the few installations instead of
 * all packages.
 */
const SECTIONS: Record<PackageSection, string> = {
  published: 'SELECT id FROM packages WHERE mine = 1',
  installed: `SELECT DISTINCT p.id, p.updated FROM installs i
    CROSS JOIN packages p ON p.publisher = i.publisher AND p.name = i.name WHERE 1`,
  network: 'SELECT id FROM packages WHERE mine = 0',
};

/** The heads of all known packages, every content root ever seen, and the search index. */
export class Packages {
  readonly index: SearchIndex;
  readonly #db: Database;
  readonly #ownRecords: OwnRecords;
  /** Publishers whose keys signed here, cached because ingest checks each record against them. */
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

  /** Finds the package whose head has this digest: a known record needs no verification. */
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
   * Stores a record as the head of its package. The caller has verified and compared it.
   *
   * @param options `deferIndexing`: the caller has the package indexed later
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

  /** Whether a key of this publisher signed on this machine. */
  isOwn(publisher: string): boolean {
    this.#ownPublishers ??= new Set(
      this.#db
        .all<{ publisher: string }>('SELECT DISTINCT publisher FROM packages WHERE mine = 1')
        .map((row) => row.publisher),
    );
    return this.#ownPublishers.has(publisher);
  }

  /** Returns the content roots first seen for these versions, by version; unseen versions are missing. */
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

  /** Number of versions ever seen of a package, in any record. */
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
   * Stores a proof of equivocation, one per package, which bounds what a publisher can make other nodes store. Returns
   * whether it is the first.
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

  /** Number of known providers of a package without banned peers. */
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

  /** Number of packages by section, from counters that triggers keep. */
  counts(): PackageCounts {
    const rows = this.#db.all<{ mine: number; packages: number }>('SELECT mine, packages FROM counters');
    const of = (mine: number): number => rows.find((row) => row.mine === mine)?.packages ?? 0;
    const installed = this.#db.get<{ n: number }>(`SELECT count(*) AS n FROM (${SECTIONS.installed})`)?.n ?? 0;
    return { published: of(1), installed, network: of(0) };
  }

  /** Searches the catalog: at most `limit` packages after `offset`, in the order of the query. */
  search(query: LocalQuery): PackageSummary[] {
    return this.searchWithFacets(query).packages;
  }

  /** Searches with facets over the matches. */
  searchWithFacets(query: LocalQuery): LocalResults {
    this.#indexPending();
    return searchLocally(this.#db, query);
  }

  /** Indexes packages that arrived recently; a large number of them only partly. */
  #indexPending(): void {
    try {
      if (this.index.pendingCount > 0) this.index.indexPending();
    } catch {
      // On a full disk, for example, the search returns what is indexed; the background task reports the error.
    }
  }

  /** Moves a package to the end of the log, so that peers sync it again and learn that this node seeds it now. */
  moveToLogEnd(publisher: string, name: string): void {
    this.#db.run(
      'INSERT OR REPLACE INTO log (package) SELECT id FROM packages WHERE publisher = ? AND name = ?',
      publisher,
      name,
    );
  }

  /** Entries of the log after a position, in order. */
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

  /** Own packages whose head has a later time (milliseconds since the Unix epoch) than this one. */
  listOwnAfter(time: number): { publisher: string; name: string }[] {
    return this.#db.all<{ publisher: string; name: string }>(
      'SELECT publisher, name FROM packages WHERE mine = 1 AND updated > ? ORDER BY publisher, name',
      time,
    );
  }

  /** Own packages, newest first; the node republishes them in the DHT. */
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
