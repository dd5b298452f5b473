import assert from 'node:assert/strict';
import { readFile, readdir, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { createPublisherKey } from '../../../../src/identity/publisher-key.ts';
import { openCatalogue } from '../../../../src/worker/catalog/catalogue.ts';
import type { Rebuilt } from '../../../../src/worker/sqlite/damage.ts';
import { signedRecord, withFolder } from '../catalog/support.ts';

const key = createPublisherKey();
const stranger = createPublisherKey();
const NAMES = Array.from({ length: 40 }, (_, index) => `package-${index}`);

/** A closed catalogue with one own package, published twice, and forty of others. */
async function filled(dataDir: string): Promise<{ file: string; epoch: string }> {
  const catalogue = await openCatalogue(dataDir);
  const now = Date.now();
  catalogue.packages.put(signedRecord(key, 'mine'), { mine: true, now });
  catalogue.packages.put(signedRecord(key, 'mine', { seq: 2, metadata: { description: 'second' } }), {
    mine: true,
    now,
  });
  for (const name of NAMES) catalogue.packages.put(signedRecord(stranger, name), { mine: false, now });
  const { epoch } = catalogue.db;
  catalogue.close();
  return { file: join(dataDir, 'catalogue.sqlite'), epoch };
}

async function overwrite(file: string, from: number, length: number): Promise<void> {
  const bytes = await readFile(file);
  bytes.fill(0xa5, from, from + length);
  await writeFile(file, bytes);
}

const KINDS: [what: string, damage: (file: string) => Promise<void>][] = [
  ['that is no database at all', (file) => writeFile(file, 'This is a text that somebody saved here.\n'.repeat(50))],
  ['that was cut in the middle', (file) => truncate(file, 40_960)],
  ['that was cut inside a page', (file) => truncate(file, 50_001)],
  ['with a header that is not SQLite’s', (file) => overwrite(file, 0, 16)],
  ['with a schema that cannot be read', (file) => overwrite(file, 100, 3_900)],
];

describe('a damaged catalogue', () => {
  for (const [what, damage] of KINDS) {
    it(`${what} is set aside with the date, and begins anew with the own packages`, async () => {
      await withFolder(async (dataDir) => {
        const { file, epoch } = await filled(dataDir);
        await damage(file);
        const broken = await readFile(file);
        const before = Date.now();
        const catalogue = await openCatalogue(dataDir);
        try {
          const { rebuilt } = catalogue.db;
          assert.ok(rebuilt !== undefined && rebuilt.at >= before);
          assert.match(rebuilt.setAside, /catalogue\.damaged-\d{4}-\d\d-\d\dT[\d-]+Z\.sqlite$/);
          assert.deepEqual(await readFile(rebuilt.setAside), broken, 'kept as it was');
          assert.deepEqual(catalogue.packages.counts(), { published: 1, installed: 0, network: 0 });
          assert.equal(catalogue.packages.get(key.id, 'mine')?.record.seq, 2, 'the next release counts on from here');
          assert.notEqual(catalogue.db.epoch, epoch, 'peers read the log from its beginning again');
        } finally {
          catalogue.close();
        }
        const again = await openCatalogue(dataDir);
        assert.equal(again.packages.counts().published, 1);
        assert.ok(again.db.rebuilt !== undefined, 'still known after a restart');
        again.close();
        assert.equal((await readdir(dataDir)).filter((name) => /damaged.*\.sqlite$/.test(name)).length, 1);
      });
    });
  }

  it('that turns out so in use is replaced under the running program: one call fails, the next works', async () => {
    await withFolder(async (dataDir) => {
      const { file } = await filled(dataDir);
      // Everything behind the schema and the first tables.
      await overwrite(file, 4_096 * 2, (await readFile(file)).length - 4_096 * 2);
      const catalogue = await openCatalogue(dataDir).catch((error: unknown) => {
        throw new Error('Opening reads no more than it needs', { cause: error });
      });
      const told: Rebuilt[] = [];
      catalogue.db.onRebuilt((rebuilt) => told.push(rebuilt));
      try {
        const wasFound = catalogue.db.rebuilt !== undefined;
        if (!wasFound) {
          assert.throws(() => catalogue.packages.search({ text: 'package' }), {
            name: 'Internal',
            message: /set aside/,
          });
          assert.equal(told.length, 1);
        }
        assert.deepEqual(catalogue.packages.counts(), { published: 1, installed: 0, network: 0 });
        catalogue.packages.put(signedRecord(stranger, 'fresh'), { mine: false, now: Date.now() });
        assert.deepEqual(
          catalogue.packages.search({ text: 'fresh' }).map(({ name }) => name),
          ['fresh'],
        );
      } finally {
        catalogue.close();
      }
    });
  });

  it('that breaks inside a transaction loses that transaction and nothing after it', async () => {
    await withFolder(async (dataDir) => {
      await filled(dataDir);
      const catalogue = await openCatalogue(dataDir);
      try {
        assert.throws(() => {
          catalogue.db.transaction(() => {
            catalogue.packages.put(signedRecord(stranger, 'lost'), { mine: false, now: Date.now() });
            throw Object.assign(new Error('database disk image is malformed'), { errcode: 11 });
          });
        }, /set aside/);
        assert.equal(catalogue.packages.get(stranger.id, 'lost'), undefined);
        catalogue.db.transaction(() => {
          catalogue.packages.put(signedRecord(stranger, 'kept'), { mine: false, now: Date.now() });
        });
        assert.deepEqual(catalogue.packages.counts(), { published: 1, installed: 0, network: 1 });
      } finally {
        catalogue.close();
      }
    });
  });

  /** Bytes of the full-text index that are no longer what it wrote. */
  function damageText(file: string, what: string): void {
    const sqlite = new DatabaseSync(file, { defensive: false });
    sqlite.exec(what);
    sqlite.close();
  }

  for (const [what, damage] of [
    ['whose texts are garbled', 'UPDATE packages_text_data SET block = randomblob(length(block)) WHERE id > 10'],
    ['whose texts are gone', 'DELETE FROM packages_text_data'],
  ] as const) {
    it(`in its full-text index alone, ${what}, makes that again from the records`, async () => {
      await withFolder(async (dataDir) => {
        const { file, epoch } = await filled(dataDir);
        damageText(file, damage);
        const catalogue = await openCatalogue(dataDir);
        try {
          const told: string[] = [];
          catalogue.db.onTextDamaged((reason) => told.push(reason));
          assert.throws(() => catalogue.packages.search({ text: 'pack' }), {
            name: 'Internal',
            message: /search index/,
          });
          assert.equal(told.length, 1);
          assert.equal(catalogue.db.rebuilt, undefined);
          assert.equal(catalogue.db.epoch, epoch);
          assert.equal(catalogue.packages.counts().network, NAMES.length);
          while (catalogue.packages.index.enterSome() > 0);
          assert.equal(catalogue.packages.search({ text: 'pack', limit: 100 }).length, NAMES.length);
          assert.deepEqual(
            catalogue.db.all('PRAGMA quick_check').map((row) => row['quick_check']),
            ['ok'],
          );
          catalogue.packages.put(signedRecord(stranger, 'package-1', { seq: 2 }), { mine: false, now: Date.now() });
          assert.equal(catalogue.packages.search({ text: 'package-1' })[0]?.name, 'package-1');
        } finally {
          catalogue.close();
        }
      });
    });
  }

  it('found by a write into the full-text index loses that write alone', async () => {
    await withFolder(async (dataDir) => {
      const { file } = await filled(dataDir);
      damageText(file, 'DELETE FROM packages_text_data WHERE id = 10');
      const catalogue = await openCatalogue(dataDir);
      try {
        const put = (): void => {
          catalogue.packages.put(signedRecord(stranger, 'fresh'), { mine: false, now: Date.now() });
        };
        assert.throws(put, { name: 'Internal', message: /search index/ });
        assert.equal(catalogue.packages.counts().network, NAMES.length);
        put();
        assert.equal(catalogue.packages.search({ text: 'fresh' }).length, 1);
        assert.equal(catalogue.db.rebuilt, undefined);
      } finally {
        catalogue.close();
      }
    });
  });

  it('is not confused with a statement that is wrong', async () => {
    await withFolder(async (dataDir) => {
      await filled(dataDir);
      const catalogue = await openCatalogue(dataDir);
      assert.throws(() => catalogue.db.run('SELECT nonsense'), /nonsense/);
      assert.equal(catalogue.packages.counts().network, NAMES.length);
      assert.equal(catalogue.db.rebuilt, undefined);
      catalogue.close();
    });
  });
});
