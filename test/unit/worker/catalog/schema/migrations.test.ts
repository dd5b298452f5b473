import assert from 'node:assert/strict';
import { readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { gunzipSync } from 'node:zlib';
import { createPublisherKey } from '../../../../../src/identity/publisher-key.ts';
import { openCatalog } from '../../../../../src/worker/catalog/catalog.ts';
import type { Catalog } from '../../../../../src/worker/catalog/catalog.ts';
import { MIGRATIONS } from '../../../../../src/worker/catalog/schema/migrations.ts';
import { OwnRecords } from '../../../../../src/worker/catalog/tables/own-records.ts';
import { signedRecord, withFolder } from '../support.ts';

const FIXTURES = join(import.meta.dirname, '..', '..', '..', '..', 'fixtures', 'catalog');
/** Every schema that was ever released before the present one. A step that is released gets its fixture here. */
const OLDER = [1];

interface Names {
  readonly own: string;
  readonly other: string;
  readonly epoch: string;
}

async function withUpgraded(schema: number, check: (catalog: Catalog, names: Names, dataDir: string) => void) {
  const names = JSON.parse(await readFile(join(FIXTURES, `schema-${schema}.json`), 'utf8')) as Names;
  await withFolder(async (dataDir) => {
    const packed = await readFile(join(FIXTURES, `schema-${schema}.sqlite.gz`));
    await writeFile(join(dataDir, 'catalog.sqlite'), gunzipSync(packed));
    const catalog = await openCatalog(dataDir);
    try {
      check(catalog, names, dataDir);
    } finally {
      catalog.close();
    }
  });
}

/** Tables, indexes and triggers as SQLite keeps them, without white space. */
function schemaOf(catalog: Catalog): string[] {
  return catalog.db
    .all<{ sql: string }>("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'packages_text_%'")
    .map(({ sql }) => sql.replaceAll(/\s+/g, ' '))
    .sort();
}

describe('databases of older schemas', () => {
  it('all exist as fixtures', async () => {
    const files = (await readdir(FIXTURES)).filter((name) => name.endsWith('.sqlite.gz'));
    assert.deepEqual(files.sort(), OLDER.map((schema) => `schema-${schema}.sqlite.gz`).sort());
  });

  for (const schema of OLDER) {
    it(`schema ${schema} is migrated to the schema of a new database`, async () => {
      await withUpgraded(schema, (catalog) => {
        const upgraded = schemaOf(catalog);
        assert.equal(catalog.db.get<{ user_version: number }>('PRAGMA user_version')?.user_version, MIGRATIONS.length);
        assert.deepEqual(catalog.db.all('PRAGMA foreign_key_check'), []);
        const fresh = new DatabaseSync(':memory:');
        for (const step of MIGRATIONS) fresh.exec(step);
        const expected = fresh
          .prepare("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'packages_text_%'")
          .all()
          .map(({ sql }) => String(sql).replaceAll(/\s+/g, ' '))
          .sort();
        fresh.close();
        assert.deepEqual(upgraded, expected);
      });
    });

    it(`schema ${schema} keeps every package, its evidence and its position in the log`, async () => {
      await withUpgraded(schema, ({ packages, db }, { own, other, epoch }) => {
        assert.deepEqual(packages.counts(), { published: 1, installed: 1, network: 2 });
        assert.equal(db.epoch, epoch);
        assert.equal(packages.details(other, 'theirs')?.equivocation, true);
        assert.deepEqual(
          [...packages.seenRoots(other, 'theirs', ['0.1.0', '0.2.0', '0.3.0']).keys()],
          ['0.1.0', '0.2.0'],
        );
        assert.deepEqual(
          packages.readLogAfter(0, 10).map(({ record }) => record.name),
          ['mine', 'theirs', 'withdrawn'],
        );
        const mine = packages.details(own, 'mine');
        assert.deepEqual(
          [mine?.latest, mine?.versions, mine?.size, mine?.published, mine?.title],
          ['1.1.0', 3, 20, true, 'mine title'],
        );
      });
    });

    it(`schema ${schema} can be searched, filtered and counted afterwards`, async () => {
      await withUpgraded(schema, ({ packages }, { other }) => {
        const names = (query: Parameters<typeof packages.search>[0]) => packages.search(query).map(({ name }) => name);
        assert.deepEqual(names({ text: 'thei' }), ['theirs']);
        assert.deepEqual(names({ text: 'thiers' }), ['theirs'], 'a typing error');
        assert.deepEqual(names({ text: '', tags: ['cli'], licenses: ['apache-2.0'] }), ['theirs']);
        assert.deepEqual(names({ text: 'withdrawn' }), []);
        assert.deepEqual(names({ text: 'withdrawn', includeYanked: true }), ['withdrawn']);
        const [found] = packages.search({ text: 'theirs' });
        assert.ok(found !== undefined);
        assert.equal(found.providers, 2);
        assert.deepEqual(found.installed, ['0.1.0']);
        assert.deepEqual(
          packages.searchWithFacets({ text: '' }).facets.publishers.find(({ value }) => value === other)?.count,
          2,
        );
      });
    });

    it(`schema ${schema} keeps peers, cursors, installations and network state`, async () => {
      await withUpgraded(schema, ({ peers, installs, db }) => {
        assert.equal(peers.get('peer-a')?.stats.successes, 5);
        assert.deepEqual({ ...peers.cursor('peer-a') }, { epoch: 'epoch-of-a', position: 7 });
        assert.equal(installs.list().length, 1);
        assert.equal(db.get<{ n: number }>('SELECT count(*) AS n FROM datastore')?.n, 1);
      });
    });

    it(`schema ${schema} gets the files that keep own records`, async () => {
      await withUpgraded(schema, ({ packages }, { own }, dataDir) => {
        const kept = new OwnRecords(dataDir).envelopes();
        assert.deepEqual(kept, [Buffer.from(packages.get(own, 'mine')!.envelope)]);
      });
    });
  }

  MIGRATIONS.forEach((_, index) => {
    it(`an empty one of schema ${index + 1} opens, takes packages in and counts them`, async () => {
      await withFolder(async (dataDir) => {
        const old = new DatabaseSync(join(dataDir, 'catalog.sqlite'));
        for (const step of MIGRATIONS.slice(0, index + 1)) old.exec(step);
        old.exec(`PRAGMA user_version = ${index + 1}`);
        old.close();
        const catalog = await openCatalog(dataDir);
        try {
          const key = createPublisherKey();
          const record = signedRecord(key, 'first', { metadata: { tags: ['cli'] } });
          catalog.packages.upsert(record, { mine: false, now: 1 });
          const { packages, facets } = catalog.packages.searchWithFacets({ text: '' });
          assert.equal(packages.length, 1);
          assert.deepEqual(facets.tags, [{ value: 'cli', count: 1 }]);
        } finally {
          catalog.close();
        }
      });
    });
  });
});
