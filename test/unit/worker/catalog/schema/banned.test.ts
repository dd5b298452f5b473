import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { createPublisherKey } from '../../../../../src/identity/publisher-key.ts';
import { BANNED_SCHEMA } from '../../../../../src/worker/catalog/schema/banned-schema.ts';
import { openCatalog } from '../../../../../src/worker/catalog/catalog.ts';
import type { Catalog } from '../../../../../src/worker/catalog/catalog.ts';
import { MIGRATIONS } from '../../../../../src/worker/catalog/schema/migrations.ts';
import { signedRecord, withFolder } from '../support.ts';

const key = createPublisherKey();
const BAN = { standing: 'banned', reason: 'It lies.', author: 'user', since: 1 } as const;
const TRUST = { ...BAN, standing: 'trusted' } as const;

describe('peers that are banned', () => {
  async function withPackage(check: (catalog: Catalog, counts: () => (number | undefined)[]) => void): Promise<void> {
    await withFolder(async (dataDir) => {
      const catalog = await openCatalog(dataDir);
      try {
        const { packages, peers } = catalog;
        peers.addProvider('a', key.id, 'served');
        peers.addProvider('b', key.id, 'served');
        packages.upsert(signedRecord(key, 'served'), { mine: false, now: 1 });
        const page = (): number | undefined => packages.list('network', 0, 10).packages[0]?.providers;
        check(catalog, () => [
          page(),
          packages.countProviders(key.id, 'served'),
          packages.details(key.id, 'served')?.providers,
        ]);
      } finally {
        catalog.close();
      }
    });
  }

  it('do not count among the providers of a package while they are banned', async () => {
    await withPackage(({ standings, peers }, counts) => {
      assert.deepEqual(counts(), [2, 2, 2]);
      standings.set('a', BAN);
      assert.deepEqual(counts(), [1, 1, 1]);
      standings.set('a', { ...BAN, until: 5 });
      assert.deepEqual(counts(), [1, 1, 1], 'banned again');
      standings.set('a', TRUST);
      assert.deepEqual(counts(), [2, 2, 2]);
      standings.set('a', BAN);
      standings.remove('a');
      standings.remove('a');
      assert.deepEqual(counts(), [2, 2, 2]);
      standings.set('b', TRUST);
      standings.remove('b');
      assert.deepEqual(counts(), [2, 2, 2]);
      assert.equal(peers.providers(key.id, 'served').length, 2, 'what they say is remembered');
    });
  });

  it('are added and removed without being counted', async () => {
    await withPackage(({ standings, peers, packages }, counts) => {
      standings.set('c', BAN);
      peers.addProvider('c', key.id, 'served');
      assert.deepEqual(counts(), [2, 2, 2]);
      standings.set('a', BAN);
      peers.removeProvider('a', key.id, 'served');
      assert.deepEqual(counts(), [1, 1, 1]);
      standings.remove('a');
      assert.deepEqual(counts(), [1, 1, 1]);
      standings.remove('c');
      assert.deepEqual(counts(), [2, 2, 2]);
      standings.set('b', BAN);
      packages.upsert(signedRecord(key, 'served', { seq: 2, releases: [{}, { version: '1.1.0' }] }), {
        mine: false,
        now: 2,
      });
      assert.deepEqual(counts(), [1, 1, 1], 'the package changed');
    });
  });

  it('do not count as providers of a new package, nor match it in a search by reputation', async () => {
    await withPackage(({ standings, peers, packages }) => {
      standings.set('a', BAN);
      peers.addProvider('a', key.id, 'late');
      packages.upsert(signedRecord(key, 'late'), { mine: false, now: 3 });
      assert.equal(packages.details(key.id, 'late')?.providers, 0);
      const found = packages.search({ text: '', providedBy: ['a'] });
      assert.deepEqual(
        found.map(({ name }) => name),
        [],
      );
    });
  });

  it('are subtracted from the counts when an older database is migrated', async () => {
    await withFolder(async (dataDir) => {
      const old = new DatabaseSync(join(dataDir, 'catalog.sqlite'));
      const before = MIGRATIONS.slice(0, MIGRATIONS.indexOf(BANNED_SCHEMA));
      for (const step of before) old.exec(step);
      const record = signedRecord(key, 'old');
      old.exec(`PRAGMA user_version = ${before.length};
        INSERT INTO package_providers (peer, publisher, name) VALUES ('a', '${key.id}', 'old'), ('b', '${key.id}', 'old');
        INSERT INTO standings (peer, standing, reason, author, since) VALUES ('a', 'banned', '', 'user', 1), ('b', 'trusted', '', 'user', 1);`);
      old
        .prepare(
          `INSERT INTO packages (id, publisher, name, seq, updated, received, mine, record, envelope, digest) VALUES (1, ?, 'old', 1, 1, 1, 0, ?, ?, ?)`,
        )
        .run(key.id, JSON.stringify(record.record), record.envelope, record.digest);
      old
        .prepare(
          `INSERT INTO summaries (id, publisher, name, mine, updated, providers, latest, versions, size, title, license, categories, tags, description, offered, withdrawn)
         VALUES (1, ?, 'old', 0, 1, 2, '1.0.0', 1, 1, '', '', '[]', '[]', '', '1.0.0', '')`,
        )
        .run(key.id);
      old.close();
      const catalog = await openCatalog(dataDir);
      try {
        assert.equal(catalog.packages.details(key.id, 'old')?.providers, 1);
        catalog.standings.remove('a');
        assert.equal(catalog.packages.details(key.id, 'old')?.providers, 2);
      } finally {
        catalog.close();
      }
    });
  });
});
