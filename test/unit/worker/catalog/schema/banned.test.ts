import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { createPublisherKey } from '../../../../../src/identity/publisher-key.ts';
import { BANNED_SCHEMA } from '../../../../../src/worker/catalog/schema/banned-schema.ts';
import { openCatalogue } from '../../../../../src/worker/catalog/catalogue.ts';
import type { Catalogue } from '../../../../../src/worker/catalog/catalogue.ts';
import { MIGRATIONS } from '../../../../../src/worker/catalog/schema/migrations.ts';
import { signedRecord, withFolder } from '../support.ts';

const key = createPublisherKey();
const BAN = { standing: 'banned', reason: 'It lies.', author: 'hand', since: 1 } as const;
const TRUST = { ...BAN, standing: 'trusted' } as const;

describe('peers that are banned', () => {
  async function withPackage(
    check: (catalogue: Catalogue, counts: () => (number | undefined)[]) => void,
  ): Promise<void> {
    await withFolder(async (dataDir) => {
      const catalogue = await openCatalogue(dataDir);
      try {
        const { packages, peers } = catalogue;
        peers.addHolder('a', key.id, 'served');
        peers.addHolder('b', key.id, 'served');
        packages.put(signedRecord(key, 'served'), { mine: false, now: 1 });
        const page = (): number | undefined => packages.list('network', 0, 10).packages[0]?.providers;
        check(catalogue, () => [
          page(),
          packages.providers(key.id, 'served'),
          packages.details(key.id, 'served')?.providers,
        ]);
      } finally {
        catalogue.close();
      }
    });
  }

  it('do not count among those who serve a package, as long as they are', async () => {
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
      assert.equal(peers.holders(key.id, 'served').length, 2, 'what they say is remembered');
    });
  });

  it('come and go without being counted', async () => {
    await withPackage(({ standings, peers, packages }, counts) => {
      standings.set('c', BAN);
      peers.addHolder('c', key.id, 'served');
      assert.deepEqual(counts(), [2, 2, 2]);
      standings.set('a', BAN);
      peers.removeHolder('a', key.id, 'served');
      assert.deepEqual(counts(), [1, 1, 1]);
      standings.remove('a');
      assert.deepEqual(counts(), [1, 1, 1]);
      standings.remove('c');
      assert.deepEqual(counts(), [2, 2, 2]);
      standings.set('b', BAN);
      packages.put(signedRecord(key, 'served', { seq: 2, releases: [{}, { version: '1.1.0' }] }), {
        mine: false,
        now: 2,
      });
      assert.deepEqual(counts(), [1, 1, 1], 'the package changed');
    });
  });

  it('give a package that is new here no provider, and are no reason to find it by reputation', async () => {
    await withPackage(({ standings, peers, packages }) => {
      standings.set('a', BAN);
      peers.addHolder('a', key.id, 'late');
      packages.put(signedRecord(key, 'late'), { mine: false, now: 3 });
      assert.equal(packages.details(key.id, 'late')?.providers, 0);
      const found = packages.search({ text: '', providedBy: ['a'] });
      assert.deepEqual(
        found.map(({ name }) => name),
        [],
      );
    });
  });

  it('are taken out of the counts of a database from before', async () => {
    await withFolder(async (dataDir) => {
      const old = new DatabaseSync(join(dataDir, 'catalogue.sqlite'));
      const before = MIGRATIONS.slice(0, MIGRATIONS.indexOf(BANNED_SCHEMA));
      for (const step of before) old.exec(step);
      const record = signedRecord(key, 'old');
      old.exec(`PRAGMA user_version = ${before.length};
        INSERT INTO holders (peer, publisher, name) VALUES ('a', '${key.id}', 'old'), ('b', '${key.id}', 'old');
        INSERT INTO standings (peer, standing, reason, author, since) VALUES ('a', 'banned', '', 'hand', 1), ('b', 'trusted', '', 'hand', 1);`);
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
      const catalogue = await openCatalogue(dataDir);
      try {
        assert.equal(catalogue.packages.details(key.id, 'old')?.providers, 1);
        catalogue.standings.remove('a');
        assert.equal(catalogue.packages.details(key.id, 'old')?.providers, 2);
      } finally {
        catalogue.close();
      }
    });
  });
});
