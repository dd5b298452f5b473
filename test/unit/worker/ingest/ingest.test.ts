import assert from 'node:assert/strict';
import { createPublisherKey } from '../../../../src/identity/publisher-key.ts';
import { openCatalogue } from '../../../../src/worker/catalog/catalogue.ts';
import type { Catalogue } from '../../../../src/worker/catalog/catalogue.ts';
import { unsealRecord } from '../../../../src/worker/records/record.ts';
import { Ingest } from '../../../../src/worker/ingest/ingest.ts';
import { IngestQueue } from '../../../../src/worker/ingest/ingest-queue.ts';
import { signedRecord, withFolder } from '../catalog/support.ts';

const key = createPublisherKey();
const quiet = { error: nothing, warn: nothing, info: nothing, debug: nothing };

function nothing(): void {
  // What is logged is not what is tested.
}

async function withIngest(
  work: (ingest: Ingest, catalogue: Catalogue, changed: string[]) => Promise<void>,
): Promise<void> {
  await withFolder(async (dataDir) => {
    const catalogue = await openCatalogue(dataDir);
    const changed: string[] = [];
    try {
      await work(new Ingest({ catalogue, log: quiet, onChange: (id) => changed.push(id) }), catalogue, changed);
    } finally {
      catalogue.close();
    }
  });
}

describe('taking in many records', () => {
  it('gives the results in order, whatever became of each', async () => {
    await withIngest(async (ingest, { packages }, changed) => {
      const first = signedRecord(key, 'a');
      const second = signedRecord(key, 'a', { seq: 2 });
      const broken = Uint8Array.from(first.envelope);
      broken[broken.length - 1]! ^= 1;
      const batch = [second.envelope, first.envelope, broken, second.envelope, signedRecord(key, 'b').envelope];
      const outcomes = (await ingest.takeMany(batch)).map(({ outcome }) => outcome);
      assert.deepEqual(outcomes, ['new', 'older', 'refused', 'same', 'new']);
      assert.equal(packages.counts().network, 2);
      assert.deepEqual(changed, [`${key.id}/a`, `${key.id}/b`]);
      const again = (await ingest.takeMany(batch)).map(({ outcome }) => outcome);
      assert.deepEqual(again, ['same', 'older', 'refused', 'same', 'same']);
      assert.deepEqual(ingest.take(broken), { outcome: 'refused', reason: 'bad-signature' });
    });
  });

  it('lets the rest of the program have its turns meanwhile', async () => {
    await withIngest(async (ingest, { packages }) => {
      const records = Array.from({ length: 400 }, (_, index) => signedRecord(key, `p${index}`).envelope);
      let turns = 0;
      const turn = (): void => {
        turns++;
        handle = setImmediate(turn);
      };
      let handle = setImmediate(turn);
      await ingest.takeMany(records);
      clearImmediate(handle);
      assert.ok(turns >= 4, `${turns} turns`);
      assert.equal(packages.counts().network, 400);
    });
  });

  it('enters what came into the search index, in the end and after a crash', async () => {
    await withFolder(async (dataDir) => {
      const tagged = (name: string): Uint8Array => signedRecord(key, name, { metadata: { tags: ['teapot'] } }).envelope;
      const before = await openCatalogue(dataDir);
      const ingest = new Ingest({ catalogue: before, log: quiet, onChange: nothing });
      await ingest.takeMany(Array.from({ length: 500 }, (_, index) => tagged(`p${index}`)));
      const waiting = before.packages.index.waiting;
      assert.ok(waiting > 0, 'stored first, and searched for a moment later');
      before.close();
      const after = await openCatalogue(dataDir);
      const { packages } = after;
      try {
        assert.equal(packages.index.waiting, waiting);
        while (packages.index.enterSome() > 0);
        assert.equal(packages.index.waiting, 0);
        assert.equal(packages.search({ text: 'teap', limit: 1_000 }).length, 500);
        assert.deepEqual(packages.find({ text: '' }).facets.tags, [{ value: 'teapot', count: 500 }]);
      } finally {
        after.close();
      }
    });
  });

  it('finds at once what has just come, an older record of it no more', async () => {
    await withIngest(async (ingest, { packages }) => {
      await ingest.takeMany([signedRecord(key, 'a', { metadata: { description: 'samovar' } }).envelope]);
      assert.equal(packages.search({ text: 'samovar' }).length, 1);
      const next = { seq: 2, metadata: { description: 'kettle' } };
      await ingest.takeMany([signedRecord(key, 'a', next).envelope]);
      assert.equal(packages.search({ text: 'samovar' }).length, 0);
      assert.equal(packages.search({ text: 'kettle' }).length, 1);
    });
  });

  it('takes nothing more of a caller who cancelled, and all of the others', async () => {
    await withIngest(async (ingest, { packages }) => {
      const cancelled = new AbortController();
      const gone = ingest.takeMany([signedRecord(key, 'gone').envelope], cancelled.signal);
      const kept = ingest.takeMany([signedRecord(key, 'kept').envelope]);
      cancelled.abort();
      await assert.rejects(gone, { name: 'AbortError' });
      assert.equal((await kept)[0]?.outcome, 'new');
      assert.equal(packages.get(key.id, 'gone'), undefined);
    });
  });

  it('refuses more than it can hold, and works on once that is done', async () => {
    await withIngest(async (ingest) => {
      const one = signedRecord(key, 'one').envelope;
      const many = ingest.takeMany(new Array<Uint8Array>(20_000).fill(one));
      await assert.rejects(ingest.takeMany([one]), /Too many/);
      assert.equal((await many).length, 20_000);
      assert.equal((await ingest.takeMany([one]))[0]?.outcome, 'same');
      assert.deepEqual(await ingest.takeMany([]), []);
    });
  });

  it('believes no result of a transaction that failed', async () => {
    const record = signedRecord(key, 'a');
    let fail = true;
    const queue = new IngestQueue({
      look: () => unsealRecord(record.envelope),
      verify: () => Promise.resolve(true),
      open: () => record,
      store: () => ({ outcome: 'new', publisher: key.id, name: 'a' }),
      transaction: (work) => {
        work();
        if (fail) throw new Error('disk full');
      },
      afterwards: () => false,
    });
    await assert.rejects(queue.addAll([record.envelope, record.envelope]), /disk full/);
    fail = false;
    assert.equal((await queue.addAll([record.envelope])).length, 1);
  });
});
