import type { Database } from '../../sqlite/database.ts';

/** What came of standing in the DHT as a provider under one key. */
export interface ProvidedKey {
  /** When it was last said. */
  readonly at: number;
  /** How many peers took it then. */
  readonly peers: number;
}

/** Under what this node stands in the DHT as a provider: what has to be said again, or withdrawn, also after a restart. */
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
