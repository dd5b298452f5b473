import assert from 'node:assert/strict';
import { readFile, readdir, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { createPublisherKey } from '../../../../src/identity/publisher-key.ts';
import { openCatalog } from '../../../../src/worker/catalog/catalog.ts';
import type { Rebuilt } from '../../../../src/worker/sqlite/damage.ts';
import { signedRecord, withFolder } from '../catalog/support.ts';

const key = createPublisherKey();
const stranger = createPublisherKey();
const NAMES = Array.from({ length: 40 }, (_, index) => `package-${index}`);

/** A closed catalog with one own package, published twice, and forty packages of other publishers. */
async function createFilledCatalog(dataDir: string): Promise<{ file: string; epoch: string }> {
  const catalog = await openCatalog(dataDir);
  const now = Date.now();
  catalog.packages.upsert(signedRecord(key, 'mine'), { mine: true, now });
  catalog.packages.upsert(signedRecord(key, 'mine', { seq: 2, metadata: { description: 'second' } }), {
    mine: true,
    now,
  });
  for (const name of NAMES) catalog.packages.upsert(signedRecord(stranger, name), { mine: false, now });
  const { epoch } = catalog.db;
  catalog.close();
  return { file: join(dataDir, 'catalog.sqlite'), epoch };
}

async function overwrite(file: string, from: number, length: number): Promise<void> {
  const bytes = await readFile(file);
  bytes.fill(0xa5, from, from + length);
  await writeFile(file, bytes);
}

const KINDS: [what: string, damage: (file: string) => Promise<void>][] = [
  ['that is no database at all', (file) => writeFile(file, 'This is a text, saved in the wrong place.\n'.repeat(50))],
  ['that was cut in the middle', (file) => truncate(file, 40_960)],
  ['that was cut inside a page', (file) => truncate(file, 50_001)],
  ['with a header that is not SQLite’s', (file) => overwrite(file, 0, 16)],
  ['with a schema that cannot be read', (file) => overwrite(file, 100, 3_900)],
];

describe('a damaged catalog', () => {
  for (const [what, damage] of KINDS) {
    it(`${what} is set aside with the date, and recreated with the own packages`, async () => {
      await withFolder(async (dataDir) => {
        const { file, epoch } = await createFilledCatalog(dataDir);
        await damage(file);
        const broken = await readFile(file);
        const before = Date.now();
        const catalog = await openCatalog(dataDir);
        try {
          const { rebuilt } = catalog.db;
          assert.ok(rebuilt !== undefined && rebuilt.at >= before);
          assert.match(rebuilt.setAside, /catalog\.damaged-\d{4}-\d\d-\d\dT[\d-]+Z\.sqlite$/);
          assert.deepEqual(await readFile(rebuilt.setAside), broken, 'kept as it was');
          assert.deepEqual(catalog.packages.counts(), { published: 1, installed: 0, network: 0 });
          assert.equal(catalog.packages.get(key.id, 'mine')?.record.seq, 2, 'the next release counts on from here');
          assert.notEqual(catalog.db.epoch, epoch, 'peers read the log from its beginning again');
        } finally {
          catalog.close();
        }
        const repeated = await openCatalog(dataDir);
        assert.equal(repeated.packages.counts().published, 1);
        assert.ok(repeated.db.rebuilt !== undefined, 'still known after a restart');
        repeated.close();
        assert.equal((await readdir(dataDir)).filter((name) => /damaged.*\.sqlite$/.test(name)).length, 1);
      });
    });
  }

  it('that is detected in use is replaced without a restart: one call fails, the next one works', async () => {
    await withFolder(async (dataDir) => {
      const { file } = await createFilledCatalog(dataDir);
      // All pages after the schema and the first tables.
      await overwrite(file, 4_096 * 2, (await readFile(file)).length - 4_096 * 2);
      const catalog = await openCatalog(dataDir).catch((error: unknown) => {
        throw new Error('Opening reads no more than it needs', { cause: error });
      });
      const notifications: Rebuilt[] = [];
      catalog.db.onRebuilt((rebuilt) => notifications.push(rebuilt));
      try {
        const detected = catalog.db.rebuilt !== undefined;
        if (!detected) {
          assert.throws(() => catalog.packages.search({ text: 'package' }), {
            name: 'Internal',
            message: /moved to/,
          });
          assert.equal(notifications.length, 1);
        }
        assert.deepEqual(catalog.packages.counts(), { published: 1, installed: 0, network: 0 });
        catalog.packages.upsert(signedRecord(stranger, 'fresh'), { mine: false, now: Date.now() });
        assert.deepEqual(
          catalog.packages.search({ text: 'fresh' }).map(({ name }) => name),
          ['fresh'],
        );
      } finally {
        catalog.close();
      }
    });
  });

  it('that is detected inside a transaction loses that transaction and nothing after it', async () => {
    await withFolder(async (dataDir) => {
      await createFilledCatalog(dataDir);
      const catalog = await openCatalog(dataDir);
      try {
        assert.throws(() => {
          catalog.db.transaction(() => {
            catalog.packages.upsert(signedRecord(stranger, 'lost'), { mine: false, now: Date.now() });
            throw Object.assign(new Error('database disk image is malformed'), { errcode: 11 });
          });
        }, /moved to/);
        assert.equal(catalog.packages.get(stranger.id, 'lost'), undefined);
        catalog.db.transaction(() => {
          catalog.packages.upsert(signedRecord(stranger, 'kept'), { mine: false, now: Date.now() });
        });
        assert.deepEqual(catalog.packages.counts(), { published: 1, installed: 0, network: 1 });
      } finally {
        catalog.close();
      }
    });
  });

  /** Ways to damage the bytes of the full-text index. */
  function damageTextIndex(file: string, what: string): void {
    const sqlite = new DatabaseSync(file, { defensive: false });
    sqlite.exec(what);
    sqlite.close();
  }

  for (const [what, damage] of [
    ['whose texts are garbled', 'UPDATE packages_text_data SET block = randomblob(length(block)) WHERE id > 10'],
    ['whose texts are gone', 'DELETE FROM packages_text_data'],
  ] as const) {
    it(`in its full-text index alone, ${what}, rebuilds the index from the records`, async () => {
      await withFolder(async (dataDir) => {
        const { file, epoch } = await createFilledCatalog(dataDir);
        damageTextIndex(file, damage);
        const catalog = await openCatalog(dataDir);
        try {
          const notifications: string[] = [];
          catalog.db.onTextDamaged((reason) => notifications.push(reason));
          assert.throws(() => catalog.packages.search({ text: 'pack' }), {
            name: 'Internal',
            message: /search index/,
          });
          assert.equal(notifications.length, 1);
          assert.equal(catalog.db.rebuilt, undefined);
          assert.equal(catalog.db.epoch, epoch);
          assert.equal(catalog.packages.counts().network, NAMES.length);
          while (catalog.packages.index.indexPending() > 0);
          assert.equal(catalog.packages.search({ text: 'pack', limit: 100 }).length, NAMES.length);
          assert.deepEqual(
            catalog.db.all('PRAGMA quick_check').map((row) => row['quick_check']),
            ['ok'],
          );
          catalog.packages.upsert(signedRecord(stranger, 'package-1', { seq: 2 }), { mine: false, now: Date.now() });
          assert.equal(catalog.packages.search({ text: 'package-1' })[0]?.name, 'package-1');
        } finally {
          catalog.close();
        }
      });
    });
  }

  it('detected by a write to the full-text index loses only that write', async () => {
    await withFolder(async (dataDir) => {
      const { file } = await createFilledCatalog(dataDir);
      damageTextIndex(file, 'DELETE FROM packages_text_data WHERE id = 10');
      const catalog = await openCatalog(dataDir);
      try {
        const insert = (): void => {
          catalog.packages.upsert(signedRecord(stranger, 'fresh'), { mine: false, now: Date.now() });
        };
        assert.throws(insert, { name: 'Internal', message: /search index/ });
        assert.equal(catalog.packages.counts().network, NAMES.length);
        insert();
        assert.equal(catalog.packages.search({ text: 'fresh' }).length, 1);
        assert.equal(catalog.db.rebuilt, undefined);
      } finally {
        catalog.close();
      }
    });
  });

  it('is not confused with an invalid SQL statement', async () => {
    await withFolder(async (dataDir) => {
      await createFilledCatalog(dataDir);
      const catalog = await openCatalog(dataDir);
      assert.throws(() => catalog.db.run('SELECT nonsense'), /nonsense/);
      assert.equal(catalog.packages.counts().network, NAMES.length);
      assert.equal(catalog.db.rebuilt, undefined);
      catalog.close();
    });
  });
});
