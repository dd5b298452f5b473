import { BoundedCache } from '../../../shared/bounded-cache.ts';
import type { Location } from '../../../shared/model.ts';
import type { PeerStats } from '../../reputation/score.ts';
import type { Database, Row } from '../../sqlite/database.ts';

interface PeerRow extends Row {
  id: string;
  name: string;
  agent: string;
  address: string;
  last_seen: number | null;
  successes: number;
  failures: number;
  average_response: number | null;
  throughput: number | null;
  /** JSON. */
  location: string | null;
  /** Packages of which the peer sent verified content. */
  packages: number;
  claimed: number;
}

/** What is known of a peer across restarts. */
export interface KnownPeer {
  readonly id: string;
  readonly name: string;
  readonly agent: string;
  /** Last known multiaddr; empty before the first connection. */
  readonly address: string;
  readonly stats: PeerStats;
  /** Distinct packages that the peer claims to seed. */
  readonly claimed: number;
}

const SELECT = `SELECT peers.*,
  (SELECT count(*) FROM package_providers WHERE package_providers.peer = peers.id AND package_providers.verified = 1) AS packages,
  (SELECT count(*) FROM package_providers WHERE package_providers.peer = peers.id) AS claimed`;
const LAST_SEEN_FIRST = 'ORDER BY last_seen DESC NULLS LAST';

/** More peers than are ever connected at once. */
const MAX_CACHED_PEERS = 500;

/** Known peers, their statistics and provider claims. */
export class Peers {
  readonly #db: Database;
  /** Read at each heartbeat of gossipsub, for each message, and several times for each row of the view. */
  readonly #cache = new BoundedCache<KnownPeer>({ maxEntries: MAX_CACHED_PEERS });

  constructor(db: Database) {
    this.#db = db;
    db.onRebuilt(() => {
      this.#cache.clear();
    });
  }

  get(id: string): KnownPeer | undefined {
    const cached = this.#cache.get(id);
    if (cached !== undefined) return cached;
    const row = this.#db.get<PeerRow>(`${SELECT} FROM peers WHERE id = ?`, id);
    if (row === undefined) return undefined;
    const peer = toPeer(row);
    // A transaction may be rolled back, so its rows are not cached.
    if (!this.#db.inTransaction) this.#cache.set(id, peer);
    return peer;
  }

  /** Most recently seen first. */
  list(limit: number): KnownPeer[] {
    // Selects peers before counting claims, because there may be thousands of peers.
    const chosen = `SELECT * FROM peers ${LAST_SEEN_FIRST} LIMIT ?`;
    return this.#db.all<PeerRow>(`${SELECT} FROM (${chosen}) AS peers ${LAST_SEEN_FIRST}`, limit).map(toPeer);
  }

  /** Saves when, and under which address, a peer was seen, and what it says about itself. */
  saveSeen(
    id: string,
    { address, name, agent }: { address?: string; name?: string; agent?: string },
    now: number,
  ): void {
    this.#cache.delete(id);
    this.#db.run(
      `INSERT INTO peers (id, name, agent, address, last_seen) VALUES (?1, coalesce(?2, ''), coalesce(?3, ''), coalesce(?4, ''), ?5)
       ON CONFLICT (id) DO UPDATE SET
         name = coalesce(?2, name), agent = coalesce(?3, agent), address = coalesce(?4, address), last_seen = ?5`,
      id,
      name ?? null,
      agent ?? null,
      address ?? null,
      now,
    );
  }

  saveStats(id: string, stats: PeerStats): void {
    this.#cache.delete(id);
    this.#db.run(
      `INSERT INTO peers (id, last_seen, successes, failures, average_response, throughput) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
       ON CONFLICT (id) DO UPDATE SET
         last_seen = ?2, successes = ?3, failures = ?4, average_response = ?5, throughput = ?6`,
      id,
      stats.lastSeen ?? null,
      stats.successes,
      stats.failures,
      stats.averageResponse ?? null,
      stats.throughput ?? null,
    );
  }

  /** Saves the location that a peer announces; removes it when the peer announces none. */
  saveLocation(id: string, location: Location | undefined): void {
    this.#cache.delete(id);
    const text = location === undefined ? null : JSON.stringify(location);
    this.#db.run('UPDATE peers SET location = ?2 WHERE id = ?1 AND location IS NOT ?2', id, text);
  }

  addProvider(peer: string, publisher: string, name: string): void {
    this.#cache.delete(peer);
    this.#db.run(
      'INSERT OR IGNORE INTO package_providers (peer, publisher, name) VALUES (?, ?, ?)',
      peer,
      publisher,
      name,
    );
  }

  /** Marks a claim as verified: the peer sent content of the package that matches its hashes. */
  verifyProvider(peer: string, publisher: string, name: string): void {
    this.#cache.delete(peer);
    this.#db.run(
      `INSERT INTO package_providers (peer, publisher, name, verified) VALUES (?, ?, ?, 1)
       ON CONFLICT (publisher, name, peer) DO UPDATE SET verified = 1`,
      peer,
      publisher,
      name,
    );
  }

  removeProvider(peer: string, publisher: string, name: string): void {
    this.#cache.delete(peer);
    this.#db.run('DELETE FROM package_providers WHERE peer = ? AND publisher = ? AND name = ?', peer, publisher, name);
  }

  /** Ids of the known providers of a package. */
  providers(publisher: string, name: string): string[] {
    return this.#db
      .all<{ peer: string }>('SELECT peer FROM package_providers WHERE publisher = ? AND name = ?', publisher, name)
      .map(({ peer }) => peer);
  }

  /** Ids of the packages that a peer is known to seed. */
  packagesOf(peer: string): string[] {
    return this.#db
      .all<{
        id: string;
      }>(
        "SELECT publisher || '/' || name AS id FROM package_providers WHERE peer = ? ORDER BY name, publisher LIMIT 1000",
        peer,
      )
      .map(({ id }) => id);
  }

  /** Removes peers with everything known of them. */
  forget(ids: readonly string[]): void {
    this.#db.transaction(() => {
      for (const id of ids) {
        this.#cache.delete(id);
        this.#db.run('DELETE FROM package_providers WHERE peer = ?', id);
        this.#db.run('DELETE FROM cursors WHERE peer = ?', id);
        this.#db.run('DELETE FROM peers WHERE id = ?', id);
      }
    });
  }

  cursor(peer: string): { epoch: string; position: number } | undefined {
    return this.#db.get<{ epoch: string; position: number }>(
      'SELECT epoch, position FROM cursors WHERE peer = ?',
      peer,
    );
  }

  saveCursor(peer: string, epoch: string, position: number): void {
    this.#db.run('INSERT OR REPLACE INTO cursors (peer, epoch, position) VALUES (?, ?, ?)', peer, epoch, position);
  }
}

function toPeer(row: PeerRow): KnownPeer {
  const stats: PeerStats = {
    successes: row.successes,
    failures: row.failures,
    packages: row.packages,
    ...(row.last_seen === null ? {} : { lastSeen: row.last_seen }),
    ...(row.average_response === null ? {} : { averageResponse: row.average_response }),
    ...(row.throughput === null ? {} : { throughput: row.throughput }),
    ...(row.location === null ? {} : { location: JSON.parse(row.location) as Location }),
  };
  return { id: row.id, name: row.name, agent: row.agent, address: row.address, stats, claimed: row.claimed };
}
