import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPublisherKey } from '../../../../../src/identity/publisher-key.ts';
import type { PublisherKey } from '../../../../../src/identity/publisher-key.ts';
import type { PackageMetadata } from '../../../../../src/shared/model.ts';
import { openCatalogue } from '../../../../../src/worker/catalog/catalogue.ts';
import type { Catalogue } from '../../../../../src/worker/catalog/catalogue.ts';
import { MIGRATIONS } from '../../../../../src/worker/catalog/schema/migrations.ts';
import { openDatabase } from '../../../../../src/worker/catalog/open.ts';
import { bytesToSign, encodePayload, openRecord, sealRecord } from '../../../../../src/worker/records/record.ts';
import type { OpenedRecord } from '../../../../../src/worker/records/record.ts';

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

describe('the catalogue', () => {
  let dataDir: string;
  let catalogue: Catalogue;
  const key = createPublisherKey();

  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'ggen-catalogue-'));
    catalogue = await openCatalogue(dataDir);
  });
  afterEach(async () => {
    catalogue.close();
    await rm(dataDir, { recursive: true, force: true });
  });

  const put = (opened: OpenedRecord, mine = false): void => {
    catalogue.packages.put(opened, { mine, now: Date.now() });
  };
  const found = (text: string): string[] => catalogue.packages.search({ text }).map(({ name }) => name);

  it('keeps one row per package, and finds it again after it is opened anew', async () => {
    put(record(key, 'alpha'));
    const second = record(key, 'alpha', { description: 'second' }, 2);
    put(second);
    catalogue.close();
    catalogue = await openCatalogue(dataDir);
    assert.deepEqual(catalogue.packages.counts(), { published: 0, installed: 0, network: 1 });
    const stored = catalogue.packages.get(key.id, 'alpha');
    assert.deepEqual(stored?.record, second.record);
    assert.deepEqual(Buffer.from(stored.envelope), Buffer.from(second.envelope));
    assert.deepEqual({ ...catalogue.packages.byDigest(second.digest) }, { publisher: key.id, name: 'alpha' });
    assert.deepEqual(
      [...catalogue.packages.seenRoots(key.id, 'alpha', ['1.0.1', '1.0.2', '1.0.3']).keys()],
      ['1.0.1', '1.0.2'],
    );
  });

  it('lets nobody else open the same folder, and anybody once it is closed', async () => {
    await assert.rejects(openDatabase(dataDir, 0), { name: 'DataDirInUse', details: { dataDir } });
    catalogue.close();
    catalogue = await openCatalogue(dataDir);
  });

  it('refuses a schema from the future and leaves it as it is', async () => {
    catalogue.db.run('PRAGMA user_version = 999');
    catalogue.close();
    await assert.rejects(openCatalogue(dataDir), { name: 'DatabaseTooNew', details: { dataDir, version: 999 } });
    const { DatabaseSync } = await import('node:sqlite');
    const raw = new DatabaseSync(join(dataDir, 'catalogue.sqlite'));
    assert.equal(raw.prepare('PRAGMA user_version').get()?.['user_version'], 999);
    raw.exec(`PRAGMA user_version = ${MIGRATIONS.length}`);
    raw.close();
    catalogue = await openCatalogue(dataDir);
  });

  it('finds by the beginning of any word of name, title, description, tags and categories', () => {
    put(record(key, 'http-server', { title: 'Serveur rapide', description: 'Answers requests', tags: ['web'] }));
    put(record(key, 'unrelated', { categories: ['database'] }));
    for (const text of ['serv', 'http', 'RAPID', 'reque', 'web', 'http answers']) {
      assert.deepEqual(found(text), ['http-server'], text);
    }
    assert.deepEqual(found('data'), ['unrelated']);
    assert.deepEqual(found('nothing'), []);
    assert.equal(found('').length, 2);
  });

  it('takes nothing that a user types as syntax', () => {
    put(record(key, 'plain'));
    for (const text of ['"', "'", 'a OR b', 'NEAR(', '*', '-', 'name:plain"', '\\', 'plain AND', '\u0000']) {
      assert.doesNotThrow(() => found(text), text);
    }
  });

  it('ranks the exact name before names that contain it, and those before mere mentions', () => {
    put(record(key, 'mention', { description: 'works with yaml' }));
    put(record(key, 'yaml-tools'));
    put(record(key, 'yaml'));
    assert.deepEqual(found('yaml'), ['yaml', 'yaml-tools', 'mention']);
  });

  it('filters by any of several tags or categories, without regard to case', () => {
    put(record(key, 'one', { tags: ['Web'] }));
    put(record(key, 'two', { tags: ['cli'] }));
    put(record(key, 'three'));
    const names = catalogue.packages.search({ text: '', tags: ['web', 'CLI'] }).map(({ name }) => name);
    assert.deepEqual(names.sort(), ['one', 'two']);
  });

  it('moves a package to the end of the log each time it changes, so that a cursor misses nothing', () => {
    put(record(key, 'a'));
    put(record(key, 'b'));
    const first = catalogue.packages.logAfter(0, 10);
    assert.deepEqual(
      first.map((entry) => entry.record.name),
      ['a', 'b'],
    );
    const cursor = first.at(-1)!.position;
    put(record(key, 'a', {}, 2));
    assert.deepEqual(
      catalogue.packages.logAfter(cursor, 10).map((entry) => entry.record.name),
      ['a'],
    );
    catalogue.packages.relog(key.id, 'b');
    assert.deepEqual(
      catalogue.packages.logAfter(cursor, 10).map((entry) => entry.record.name),
      ['a', 'b'],
    );
  });

  it('counts as own what was signed here, and then every package of that publisher', () => {
    const other = createPublisherKey();
    put(record(key, 'mine'), true);
    put(record(other, 'theirs'));
    put(record(key, 'mine-from-elsewhere'));
    assert.deepEqual(catalogue.packages.counts(), { published: 2, installed: 0, network: 1 });
    assert.deepEqual(
      catalogue.packages.list('network', 0, 10).packages.map(({ name }) => name),
      ['theirs'],
    );
  });

  it('pages through a section without losing or repeating a package', () => {
    for (let index = 0; index < 25; index++) put(record(key, `p${index}`));
    const names = [0, 10, 20].flatMap((offset) =>
      catalogue.packages.list('network', offset, 10).packages.map(({ name }) => name),
    );
    assert.equal(new Set(names).size, 25);
    assert.equal(catalogue.packages.list('network', 0, 10).total, 25);
  });

  it('remembers of a peer what was last written, and nothing of a transaction that came to nothing', () => {
    const { db, peers } = catalogue;
    const successes = (): number | undefined => peers.get('peer')?.stats.successes;
    peers.seen('peer', { name: 'first' }, 1);
    assert.equal(peers.get('peer')?.name, 'first');
    peers.saveStats('peer', { successes: 1, failures: 0, packages: 0 });
    assert.equal(successes(), 1);
    peers.addHolder('peer', 'publisher', 'name');
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

  it('counts the distinct peers and packages of what is provided, however often it is said', () => {
    put(record(key, 'provided'));
    for (let times = 0; times < 3; times++) {
      catalogue.peers.addHolder('peer-a', key.id, 'provided');
      catalogue.peers.addHolder('peer-b', key.id, 'provided');
    }
    catalogue.peers.seen('peer-a', { address: '/ip4/127.0.0.1/tcp/1' }, Date.now());
    assert.equal(catalogue.packages.details(key.id, 'provided')?.providers, 2);
    assert.equal(catalogue.peers.get('peer-a')?.claimed, 1);
    assert.equal(catalogue.peers.get('peer-a')?.stats.packages, 0, 'a claim proves nothing');
    for (let times = 0; times < 3; times++) catalogue.peers.verifyHolder('peer-a', key.id, 'provided');
    assert.equal(catalogue.peers.get('peer-a')?.stats.packages, 1);
    assert.equal(catalogue.peers.get('peer-a')?.claimed, 1);
    assert.equal(catalogue.packages.details(key.id, 'provided')?.providers, 2);
  });

  it('writes all of a transaction or nothing', () => {
    assert.throws(() => {
      catalogue.db.transaction(() => {
        put(record(key, 'half'));
        throw new Error('stop');
      });
    }, /stop/);
    assert.equal(catalogue.packages.counts().network, 0);
    put(record(key, 'whole'));
    assert.equal(catalogue.packages.counts().network, 1);
  });
});
