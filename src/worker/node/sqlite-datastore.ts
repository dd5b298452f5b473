import { BaseDatastore } from 'datastore-core';
import { Key } from 'interface-datastore';
import type { KeyQuery, Pair, Query } from 'interface-datastore';
import { NotFoundError } from '@libp2p/interface';
import type { Catalog } from '../catalog/catalog.ts';

/** Sorts after every character in a key, so that a prefix query is a range of the primary key instead of a scan. */
const LAST = '\u{10ffff}';

/** libp2p's datastore (peer store, DHT values, provider records) in a table of the catalog's database. */
export class SqliteDatastore extends BaseDatastore {
  readonly #db: Catalog['db'];

  constructor(db: Catalog['db']) {
    super();
    this.#db = db;
  }

  override put(key: Key, value: Uint8Array): Key {
    this.#db.run(
      'INSERT OR REPLACE INTO datastore (key, value, written) VALUES (?, ?, ?)',
      key.toString(),
      value,
      Date.now(),
    );
    return key;
  }

  override get(key: Key): Uint8Array {
    const row = this.#db.get<{ value: Uint8Array }>('SELECT value FROM datastore WHERE key = ?', key.toString());
    if (row === undefined) throw new NotFoundError(`Nothing is stored under ${key.toString()}`);
    return row.value;
  }

  override has(key: Key): boolean {
    return this.#db.get('SELECT 1 FROM datastore WHERE key = ?', key.toString()) !== undefined;
  }

  override delete(key: Key): void {
    this.#db.run('DELETE FROM datastore WHERE key = ?', key.toString());
  }

  override *_all({ prefix = '' }: Query): Generator<Pair> {
    const rows = this.#db.all<{ key: string; value: Uint8Array }>(
      'SELECT key, value FROM datastore WHERE key >= ?1 AND key < ?2 ORDER BY key',
      prefix,
      prefix + LAST,
    );
    for (const { key, value } of rows) yield { key: new Key(key), value };
  }

  override *_allKeys({ prefix = '' }: KeyQuery): Generator<Key> {
    const rows = this.#db.all<{ key: string }>(
      'SELECT key FROM datastore WHERE key >= ?1 AND key < ?2 ORDER BY key',
      prefix,
      prefix + LAST,
    );
    for (const { key } of rows) yield new Key(key);
  }
}
