import type { Catalog } from './catalog.ts';
import type { Database } from '../sqlite/database.ts';

/** DHT values expire after 48 h (libp2p kad-dht), but kad-dht checks that only when a value is read. */
const VALUE_LIFETIME_MS = 48 * 60 * 60 * 1000;
/** Peers that were not seen for longer are forgotten with their provider claims. */
const PEER_LIFETIME_MS = 90 * 24 * 60 * 60 * 1000;
/** Bounds the disk space that peers with ever new ids can take. */
const MAX_PEERS = 10_000;
/** Bounds the time of one statement, so that the event loop continues. */
const MAX_ROWS_PER_SLICE = 500;

/** Removes one batch of expired DHT values. Returns the number of removed rows. */
export function pruneExpiredValues(db: Database, now: number): number {
  return db.run(
    `DELETE FROM datastore WHERE key IN
       (SELECT key FROM datastore WHERE key >= '/dht/record/' AND key < '/dht/record0' AND written < ? LIMIT ?)`,
    now - VALUE_LIFETIME_MS,
    MAX_ROWS_PER_SLICE,
  ).changes;
}

/** Removes one batch of peers that are expired or above the limit; peers with a standing stay. Returns their number. */
export function prunePeers({ db, peers }: Pick<Catalog, 'db' | 'peers'>, now: number): number {
  const expired = db.all<{ id: string }>(
    `SELECT id FROM peers WHERE id NOT IN (SELECT peer FROM standings) AND (coalesce(last_seen, 0) < ?1 OR id NOT IN
       (SELECT id FROM peers ORDER BY last_seen DESC NULLS LAST LIMIT ?2)) LIMIT ?3`,
    now - PEER_LIFETIME_MS,
    MAX_PEERS,
    MAX_ROWS_PER_SLICE,
  );
  peers.forget(expired.map(({ id }) => id));
  return expired.length;
}
