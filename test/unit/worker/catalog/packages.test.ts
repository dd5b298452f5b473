import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPublisherKey } from '../../../../src/identity/publisher-key.ts';
import type { PublisherKey } from '../../../../src/identity/publisher-key.ts';
import type { PackageMetadata } from '../../../../src/shared/model.ts';
import { openCatalog } from '../../../../src/worker/catalog/catalog.ts';
import type { Catalog } from '../../../../src/worker/catalog/catalog.ts';
import { MIGRATIONS } from '../../../../src/worker/catalog/schema/migrations.ts';
import { openDatabase } from '../../../../src/worker/catalog/open-database.ts';
import { bytesToSign, encodePayload, openRecord, sealRecord } from '../../../../src/worker/records/record.ts';
import type { OpenedRecord } from '../../../../src/worker/records/record.ts';

const ROOT = 'bafybeienfmscns4uw7v2tey2565coysxnce7p6j4vrazoxfyzk2hwu7zke';

function record(key: PublisherKey, name: string, metadata: Partial<PackageMetadata> = {}, seq = 1): OpenedRecord {
  const updated = 1_700_000_000_000 + seq;
  const payload = encodePayload({
    publisher: key.id,
    name,
    seq,
    updated,
    metadata: { title: name, description: '', categories: [], tags: [], license: 'MIT', authors: [], ...metadata },
    releases: [
      {
        version: `1.0.${seq}`,
        root: ROOT,
        size: 1,
        files: 1,
        kind: 'gpack',
        dependencies: [],
        published: updated,
        yanked: false,
      },
    ],
  });
  return openRecord(sealRecord(payload, key.sign(bytesToSign(payload))));
}

describe('the catalog', () => {
  let dataDir: string;
  let catalog: Catalog;
  const key = createPublisherKey();

  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'ggen-catalog-'));
    catalog = await openCatalog(dataDir);
  });
  afterEach(async () => {
    catalog.close();
    await rm(dataDir, { recursive: true, force: true });
  });

  const insert = (opened: OpenedRecord, mine = false): void => {
    catalog.packages.upsert(opened, { mine, now: Date.now() });
  };
  const found = (text: string): string[] => catalog.packages.search({ text }).map(({ name }) => name);

  it('keeps one row per package, and finds it after reopening', async () => {
    insert(record(key, 'alpha'));
    const second = record(key, 'alpha', { description: 'second' }, 2);
    insert(second);
    catalog.close();
    catalog = await openCatalog(dataDir);
    assert.deepEqual(catalog.packages.counts(), { published: 0, installed: 0, network: 1 });
    const stored = catalog.packages.get(key.id, 'alpha');
    assert.deepEqual(stored?.record, second.record);
    assert.deepEqual(Buffer.from(stored.envelope), Buffer.from(second.envelope));
    assert.deepEqual({ ...catalog.packages.getByDigest(second.digest) }, { publisher: key.id, name: 'alpha' });
    assert.deepEqual(
      [...catalog.packages.seenRoots(key.id, 'alpha', ['1.0.1', '1.0.2', '1.0.3']).keys()],
      ['1.0.1', '1.0.2'],
    );
  });

  it('locks its folder until it is closed', async () => {
    await assert.rejects(openDatabase(dataDir, 0), { name: 'DataDirInUse', details: { dataDir } });
    catalog.close();
    catalog = await openCatalog(dataDir);
  });

  it('refuses a newer schema and does not change it', async () => {
    catalog.db.run('PRAGMA user_version = 999');
    catalog.close();
    await assert.rejects(openCatalog(dataDir), { name: 'DatabaseTooNew', details: { dataDir, version: 999 } });
    const { DatabaseSync } = await import('node:sqlite');
    const raw = new DatabaseSync(join(dataDir, 'catalog.sqlite'));
    assert.equal(raw.prepare('PRAGMA user_version').get()?.['user_version'], 999);
    raw.exec(`PRAGMA user_version = ${MIGRATIONS.length}`);
    raw.close();
    catalog = await openCatalog(dataDir);
  });

  it('finds by the beginning of any word of name, title, description, tags and categories', () => {
    insert(record(key, 'http-server', { title: 'Serveur rapide', description: 'Answers requests', tags: ['web'] }));
    insert(record(key, 'unrelated', { categories: ['database'] }));
    for (const text of ['serv', 'http', 'RAPID', 'reque', 'web', 'http answers']) {
      assert.deepEqual(found(text), ['http-server'], text);
    }
    assert.deepEqual(found('data'), ['unrelated']);
    assert.deepEqual(found('nothing'), []);
    assert.equal(found('').length, 2);
  });

  it('treats no user input as query syntax', () => {
    insert(record(key, 'plain'));
    for (const text of ['"', "'", 'a OR b', 'NEAR(', '*', '-', 'name:plain"', '\\', 'plain AND', '\u0000']) {
      assert.doesNotThrow(() => found(text), text);
    }
  });

  it('ranks the exact name before names that contain it, and those before mere mentions', () => {
    insert(record(key, 'mention', { description: 'works with yaml' }));
    insert(record(key, 'yaml-tools'));
    insert(record(key, 'yaml'));
    assert.deepEqual(found('yaml'), ['yaml', 'yaml-tools', 'mention']);
  });

  it('filters by any of several tags or categories, ignoring case', () => {
    insert(record(key, 'one', { tags: ['Web'] }));
    insert(record(key, 'two', { tags: ['cli'] }));
    insert(record(key, 'three'));
    const names = catalog.packages.search({ text: '', tags: ['web', 'CLI'] }).map(({ name }) => name);
    assert.deepEqual(names.sort(), ['one', 'two']);
  });

  it('moves a package to the end of the log each time it changes, so that a cursor misses nothing', () => {
    insert(record(key, 'a'));
    insert(record(key, 'b'));
    const first = catalog.packages.readLogAfter(0, 10);
    assert.deepEqual(
      first.map((entry) => entry.record.name),
      ['a', 'b'],
    );
    const cursor = first.at(-1)!.position;
    insert(record(key, 'a', {}, 2));
    assert.deepEqual(
      catalog.packages.readLogAfter(cursor, 10).map((entry) => entry.record.name),
      ['a'],
    );
    catalog.packages.moveToLogEnd(key.id, 'b');
    assert.deepEqual(
      catalog.packages.readLogAfter(cursor, 10).map((entry) => entry.record.name),
      ['a', 'b'],
    );
  });

  it('counts locally signed packages as own, and then every package of that publisher', () => {
    const other = createPublisherKey();
    insert(record(key, 'mine'), true);
    insert(record(other, 'theirs'));
    insert(record(key, 'mine-from-elsewhere'));
    assert.deepEqual(catalog.packages.counts(), { published: 2, installed: 0, network: 1 });
    assert.deepEqual(
      catalog.packages.list('network', 0, 10).packages.map(({ name }) => name),
      ['theirs'],
    );
  });

  it('pages through a section without losing or repeating a package', () => {
    for (let index = 0; index < 25; index++) insert(record(key, `p${index}`));
    const names = [0, 10, 20].flatMap((offset) =>
      catalog.packages.list('network', offset, 10).packages.map(({ name }) => name),
    );
    assert.equal(new Set(names).size, 25);
    assert.equal(catalog.packages.list('network', 0, 10).total, 25);
  });

  it('stores the latest written state of a peer, and nothing of a rolled-back transaction', () => {
    const { db, peers } = catalog;
    const successes = (): number | undefined => peers.get('peer')?.stats.successes;
    peers.saveSeen('peer', { name: 'first' }, 1);
    assert.equal(peers.get('peer')?.name, 'first');
    peers.saveStats('peer', { successes: 1, failures: 0, packages: 0 });
    assert.equal(successes(), 1);
    peers.addProvider('peer', 'publisher', 'name');
    assert.equal(peers.get('peer')?.claimed, 1);
    assert.throws(() => {
      db.transaction(() => {
        peers.saveStats('peer', { successes: 2, failures: 0, packages: 0 });
        assert.equal(successes(), 2);
        throw new Error('no');
      });
    }, /^Error: no$/);
    assert.equal(successes(), 1);
    peers.forget(['peer']);
    assert.equal(peers.get('peer'), undefined);
  });

  it('counts the distinct peers and packages of provider claims, however often they are repeated', () => {
    insert(record(key, 'provided'));
    for (let times = 0; times < 3; times++) {
      catalog.peers.addProvider('peer-a', key.id, 'provided');
      catalog.peers.addProvider('peer-b', key.id, 'provided');
    }
    catalog.peers.saveSeen('peer-a', { address: '/ip4/127.0.0.1/tcp/1' }, Date.now());
    assert.equal(catalog.packages.details(key.id, 'provided')?.providers, 2);
    assert.equal(catalog.peers.get('peer-a')?.claimed, 1);
    assert.equal(catalog.peers.get('peer-a')?.stats.packages, 0, 'a claim is not verified content');
    for (let times = 0; times < 3; times++) catalog.peers.verifyProvider('peer-a', key.id, 'provided');
    assert.equal(catalog.peers.get('peer-a')?.stats.packages, 1);
    assert.equal(catalog.peers.get('peer-a')?.claimed, 1);
    assert.equal(catalog.packages.details(key.id, 'provided')?.providers, 2);
  });

  it('writes all of a transaction or nothing', () => {
    assert.throws(() => {
      catalog.db.transaction(() => {
        insert(record(key, 'half'));
        throw new Error('stop');
      });
    }, /stop/);
    assert.equal(catalog.packages.counts().network, 0);
    insert(record(key, 'whole'));
    assert.equal(catalog.packages.counts().network, 1);
  });
});
