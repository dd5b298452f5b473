import type { Database } from '../../sqlite/database.ts';

/** The last announcement of a DHT key. */
export interface ProvidedKey {
  /** Milliseconds since the Unix epoch. */
  readonly at: number;
  /** Number of peers that stored it. */
  readonly peers: number;
}

/** DHT keys under which this node is a provider, kept across restarts to announce them again or withdraw them. */
export class ProvidedKeys {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  all(): Map<string, ProvidedKey> {
    const rows = this.#db.all<{ key: string; at: number; peers: number }>('SELECT key, at, peers FROM provided');
    return new Map(rows.map(({ key, at, peers }) => [key, { at, peers }]));
  }

  save(key: string, { at, peers }: ProvidedKey): void {
    this.#db.run('INSERT OR REPLACE INTO provided (key, at, peers) VALUES (?, ?, ?)', key, at, peers);
  }

  remove(key: string): void {
    this.#db.run('DELETE FROM provided WHERE key = ?', key);
  }
}
