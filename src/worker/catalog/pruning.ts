import type { Catalog } from './catalog.ts';
import type { Database } from '../sqlite/database.ts';

/** DHT values live for 48 h, which kad-dht only looks at when it is asked for one. */
const VALUE_LIFETIME_MS = 48 * 60 * 60 * 1000;
/** Peers of which nothing was heard for so long are forgotten, with what they claimed. */
const PEER_LIFETIME_MS = 90 * 24 * 60 * 60 * 1000;
/** Most peers that are remembered: who comes and goes under ever new ids must not fill the disk. */
const MAX_PEERS = 10_000;
/** Rows removed at once, so that no statement holds up the event loop. */
const MAX_ROWS_PER_SLICE = 500;

/** Remove one slice of expired DHT values. Returns how many went. */
export function pruneExpiredValues(db: Database, now: number): number {
  return db.run(
    `DELETE FROM datastore WHERE key IN
       (SELECT key FROM datastore WHERE key >= '/dht/record/' AND key < '/dht/record0' AND written < ? LIMIT ?)`,
    now - VALUE_LIFETIME_MS,
    MAX_ROWS_PER_SLICE,
  ).changes;
}

/** Forget one slice of peers that are long gone, or too many. Those with a standing stay. Returns how many went. */
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
