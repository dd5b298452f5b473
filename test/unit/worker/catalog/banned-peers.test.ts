import assert from 'node:assert/strict';
import { createPublisherKey } from '../../../../src/identity/publisher-key.ts';
import { openCatalog } from '../../../../src/worker/catalog/catalog.ts';
import type { Catalog } from '../../../../src/worker/catalog/catalog.ts';
import { signedRecord, withFolder } from './support.ts';

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
      assert.equal(peers.providers(key.id, 'served').length, 2, 'their claims are remembered');
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
});
