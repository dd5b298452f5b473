import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { createPublisherKey } from '../../../../../src/identity/publisher-key.ts';
import { openCatalog } from '../../../../../src/worker/catalog/catalog.ts';
import { migrate } from '../../../../../src/worker/catalog/schema/migrate.ts';
import { MIGRATIONS } from '../../../../../src/worker/catalog/schema/migrations.ts';
import { signedRecord, withFolder } from '../support.ts';

const key = createPublisherKey();
const NEXT_STEP = "ALTER TABLE peers ADD COLUMN color TEXT NOT NULL DEFAULT 'green'";

/** Runs with the database of a catalog that holds one own package and one peer. */
async function withDatabase(work: (sqlite: DatabaseSync, dataDir: string) => void | Promise<void>): Promise<void> {
  await withFolder(async (dataDir) => {
    const catalog = await openCatalog(dataDir);
    catalog.packages.upsert(signedRecord(key, 'first', { metadata: { tags: ['cli'] } }), { mine: true, now: 1 });
    catalog.peers.addProvider('peer-a', key.id, 'first');
    catalog.peers.saveLocation('peer-a', undefined);
    catalog.close();
    const sqlite = new DatabaseSync(join(dataDir, 'catalog.sqlite'));
    try {
      await work(sqlite, dataDir);
    } finally {
      if (sqlite.isOpen) sqlite.close();
    }
  });
}

function versionOf(sqlite: DatabaseSync): unknown {
  return sqlite.prepare('PRAGMA user_version').get()?.['user_version'];
}

function columnsOf(sqlite: DatabaseSync): unknown[] {
  return sqlite
    .prepare("SELECT name FROM pragma_table_info('peers')")
    .all()
    .map(({ name }) => name);
}

describe('migrating the catalog', () => {
  it('applies each missing step once, and keeps the rows', async () => {
    await withDatabase((sqlite, dataDir) => {
      for (let opening = 1; opening <= 2; opening++) migrate(sqlite, dataDir, () => false, [...MIGRATIONS, NEXT_STEP]);
      assert.equal(versionOf(sqlite), MIGRATIONS.length + 1);
      assert.ok(columnsOf(sqlite).includes('color'));
      assert.deepEqual(sqlite.prepare('PRAGMA foreign_key_check').all(), []);
      assert.equal(sqlite.prepare('SELECT count(*) AS n FROM packages').get()?.['n'], 1);
    });
  });

  it('leaves the database unchanged when a step fails', async () => {
    await withDatabase((sqlite, dataDir) => {
      assert.throws(() => {
        migrate(sqlite, dataDir, () => false, [...MIGRATIONS, `${NEXT_STEP}; ${NEXT_STEP}`]);
      }, /duplicate column/);
      assert.equal(versionOf(sqlite), MIGRATIONS.length);
      assert.ok(!columnsOf(sqlite).includes('color'));
    });
  });

  it('refuses a database with more steps than it knows', async () => {
    await withDatabase((sqlite, dataDir) => {
      migrate(sqlite, dataDir, () => false, [...MIGRATIONS, NEXT_STEP]);
      assert.throws(
        () => {
          migrate(sqlite, dataDir, () => false);
        },
        { name: 'DatabaseTooNew' },
      );
      assert.equal(versionOf(sqlite), MIGRATIONS.length + 1);
    });
  });

  it('creates a catalog that stores, searches and counts packages', async () => {
    await withFolder(async (dataDir) => {
      const catalog = await openCatalog(dataDir);
      try {
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

describe('the files of own records', () => {
  it('are written again from the database when their folder is missing', async () => {
    await withDatabase(async (sqlite, dataDir) => {
      sqlite.close();
      await rm(join(dataDir, 'own-records'), { recursive: true });
      (await openCatalog(dataDir)).close();
      await rm(join(dataDir, 'catalog.sqlite'));
      const restored = await openCatalog(dataDir);
      try {
        assert.equal(restored.packages.details(key.id, 'first')?.published, true);
      } finally {
        restored.close();
      }
    });
  });
});
