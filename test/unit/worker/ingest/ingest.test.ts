import assert from 'node:assert/strict';
import { createPublisherKey } from '../../../../src/identity/publisher-key.ts';
import { openCatalog } from '../../../../src/worker/catalog/catalog.ts';
import type { Catalog } from '../../../../src/worker/catalog/catalog.ts';
import { unsealRecord } from '../../../../src/worker/records/record.ts';
import { Ingest } from '../../../../src/worker/ingest/ingest.ts';
import { IngestQueue } from '../../../../src/worker/ingest/ingest-queue.ts';
import { signedRecord, withFolder } from '../catalog/support.ts';

const key = createPublisherKey();
const quiet = { error: nothing, warn: nothing, info: nothing, debug: nothing };

function nothing(): void {
  // These tests ignore log output.
}

async function withIngest(work: (ingest: Ingest, catalog: Catalog, changed: string[]) => Promise<void>): Promise<void> {
  await withFolder(async (dataDir) => {
    const catalog = await openCatalog(dataDir);
    const changed: string[] = [];
    try {
      await work(new Ingest({ catalog, log: quiet, onChange: (id) => changed.push(id) }), catalog, changed);
    } finally {
      catalog.close();
    }
  });
}

describe('ingesting many records', () => {
  it('returns the results in order for any outcomes', async () => {
    await withIngest(async (ingest, { packages }, changed) => {
      const first = signedRecord(key, 'a');
      const second = signedRecord(key, 'a', { seq: 2 });
      const broken = Uint8Array.from(first.envelope);
      broken[broken.length - 1]! ^= 1;
      const batch = [second.envelope, first.envelope, broken, second.envelope, signedRecord(key, 'b').envelope];
      const outcomes = (await ingest.ingestMany(batch)).map(({ outcome }) => outcome);
      assert.deepEqual(outcomes, ['new', 'older', 'refused', 'same', 'new']);
      assert.equal(packages.counts().network, 2);
      assert.deepEqual(changed, [`${key.id}/a`, `${key.id}/b`]);
      const repeated = (await ingest.ingestMany(batch)).map(({ outcome }) => outcome);
      assert.deepEqual(repeated, ['same', 'older', 'refused', 'same', 'same']);
      assert.deepEqual(ingest.ingest(broken), { outcome: 'refused', reason: 'bad-signature' });
    });
  });

  it('yields to the event loop', async () => {
    await withIngest(async (ingest, { packages }) => {
      const records = Array.from({ length: 400 }, (_, index) => signedRecord(key, `p${index}`).envelope);
      let turns = 0;
      const turn = (): void => {
        turns++;
        handle = setImmediate(turn);
      };
      let handle = setImmediate(turn);
      await ingest.ingestMany(records);
      clearImmediate(handle);
      assert.ok(turns >= 4, `${turns} turns`);
      assert.equal(packages.counts().network, 400);
    });
  });

  it('adds ingested records to the search index, also after a crash', async () => {
    await withFolder(async (dataDir) => {
      const tagged = (name: string): Uint8Array => signedRecord(key, name, { metadata: { tags: ['teapot'] } }).envelope;
      const before = await openCatalog(dataDir);
      const ingest = new Ingest({ catalog: before, log: quiet, onChange: nothing });
      await ingest.ingestMany(Array.from({ length: 500 }, (_, index) => tagged(`p${index}`)));
      const waiting = before.packages.index.pendingCount;
      assert.ok(waiting > 0, 'stored first, and indexed shortly after');
      before.close();
      const after = await openCatalog(dataDir);
      const { packages } = after;
      try {
        assert.equal(packages.index.pendingCount, waiting);
        while (packages.index.indexPending() > 0);
        assert.equal(packages.index.pendingCount, 0);
        assert.equal(packages.search({ text: 'teap', limit: 1_000 }).length, 500);
        assert.deepEqual(packages.searchWithFacets({ text: '' }).facets.tags, [{ value: 'teapot', count: 500 }]);
      } finally {
        after.close();
      }
    });
  });

  it('finds a new record immediately, and the replaced one no longer', async () => {
    await withIngest(async (ingest, { packages }) => {
      await ingest.ingestMany([signedRecord(key, 'a', { metadata: { description: 'samovar' } }).envelope]);
      assert.equal(packages.search({ text: 'samovar' }).length, 1);
      const next = { seq: 2, metadata: { description: 'kettle' } };
      await ingest.ingestMany([signedRecord(key, 'a', next).envelope]);
      assert.equal(packages.search({ text: 'samovar' }).length, 0);
      assert.equal(packages.search({ text: 'kettle' }).length, 1);
    });
  });

  it('ingests nothing more of a canceled caller, and everything of the others', async () => {
    await withIngest(async (ingest, { packages }) => {
      const canceled = new AbortController();
      const gone = ingest.ingestMany([signedRecord(key, 'gone').envelope], canceled.signal);
      const remainingCall = ingest.ingestMany([signedRecord(key, 'kept').envelope]);
      canceled.abort();
      await assert.rejects(gone, { name: 'AbortError' });
      assert.equal((await remainingCall)[0]?.outcome, 'new');
      assert.equal(packages.get(key.id, 'gone'), undefined);
    });
  });

  it('rejects more than its queue can hold, and continues afterwards', async () => {
    await withIngest(async (ingest) => {
      const one = signedRecord(key, 'one').envelope;
      const many = ingest.ingestMany(new Array<Uint8Array>(20_000).fill(one));
      await assert.rejects(ingest.ingestMany([one]), /Too many/);
      assert.equal((await many).length, 20_000);
      assert.equal((await ingest.ingestMany([one]))[0]?.outcome, 'same');
      assert.deepEqual(await ingest.ingestMany([]), []);
    });
  });

  it('reports no result of a failed transaction', async () => {
    const record = signedRecord(key, 'a');
    let fail = true;
    const queue = new IngestQueue({
      precheck: () => unsealRecord(record.envelope),
      verify: () => Promise.resolve(true),
      open: () => record,
      store: () => ({ outcome: 'new', publisher: key.id, name: 'a' }),
      transaction: (work) => {
        work();
        if (fail) throw new Error('disk full');
      },
      runDeferred: () => false,
    });
    await assert.rejects(queue.addAll([record.envelope, record.envelope]), /disk full/);
    fail = false;
    assert.equal((await queue.addAll([record.envelope])).length, 1);
  });
});
