import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { DatabaseSync } from 'node:sqlite';
import type { Stream } from '@libp2p/interface';
import { createPublisherKey } from '../../src/identity/publisher-key.ts';
import type { SearchResults } from '../../src/shared/model.ts';
import { SYNC_PROTOCOL } from '../../src/worker/node/protocols.ts';
import { asCount, asMap } from '../../src/worker/protocols/wire/frames.ts';
import type { Frames } from '../../src/worker/protocols/wire/frames.ts';
import { barePeer, corruptSignature, serve, signedRecord } from './helpers/bare-peer.ts';
import type { BarePeer } from './helpers/bare-peer.ts';
import { TestNetwork, eventually } from './helpers/peers.ts';
import type { TestPeer } from './helpers/peers.ts';

const timeoutSignal = (): AbortSignal => AbortSignal.timeout(60_000);

describe('sync', () => {
  let network: TestNetwork;
  const bare: BarePeer[] = [];
  beforeEach(() => {
    network = new TestNetwork();
  });
  afterEach(async () => {
    for (const peer of bare.splice(0)) await peer.stop();
    await network.close();
  });

  async function logPeer(
    records: readonly Uint8Array[],
    hooks: { sent?: (count: number, stream: Stream) => void; asked?: (after: number) => void } = {},
  ): Promise<BarePeer> {
    const peer = await barePeer();
    bare.push(peer);
    await serve(peer, SYNC_PROTOCOL, async (frames: Frames, stream) => {
      const request = asMap(await frames.read(timeoutSignal()));
      const after = asCount(request['after']);
      let left = asCount(request['limit']);
      hooks.asked?.(after);
      await frames.write({ epoch: 'one' }, timeoutSignal());
      for (let position = after + 1; position <= records.length && left > 0; position++) {
        left -= records[position - 1]!.length;
        await frames.write({ p: position, record: records[position - 1], serves: true }, timeoutSignal());
        hooks.sent?.(position, stream);
      }
      await frames.write({ end: true, more: left <= 0 }, timeoutSignal());
    });
    return peer;
  }

  async function known(peer: TestPeer): Promise<number> {
    return (await peer.engine.status({})).counts.network;
  }

  it('transfers 10,000 records to an empty peer in one session', async () => {
    const keys = Array.from({ length: 20 }, () => createPublisherKey());
    const records = Array.from({ length: 10_000 }, (_, index) => {
      return signedRecord(`package-${index}`, { key: keys[index % keys.length]! }).envelope;
    });
    const asked: number[] = [];
    const source = await logPeer(records, { asked: (after) => asked.push(after) });
    const delay = monitorEventLoopDelay({ resolution: 5 });
    delay.enable();
    const peer = await network.peer({ bootstrap: [source.address] }, ['sync']);
    const began = performance.now();
    await eventually('all of them are known', async () => (await known(peer)) === 10_000, 100_000);
    delay.disable();
    const milliseconds = performance.now() - began;
    console.log(
      `      ${Math.round(10_000_000 / milliseconds)} records a second, event loop delay p99 ${(delay.percentile(99) / 1e6).toFixed(1)} ms, longest ${(delay.max / 1e6).toFixed(0)} ms`,
    );
    assert.ok(asked.length >= 4, 'in several portions');
  }).timeout(120_000);

  it('resumes after an interrupted session, at any position', async () => {
    const key = createPublisherKey();
    const records = Array.from({ length: 400 }, (_, index) => signedRecord(`cut-${index}`, { key }).envelope);
    const asked: number[] = [];
    let next = 1 + Math.floor(Math.random() * 40);
    const source = await logPeer(records, {
      asked: (after) => asked.push(after),
      sent: (count, stream) => {
        if (count < next || next >= records.length) return;
        next = count + 1 + Math.floor(Math.random() * 120);
        stream.abort(new Error('cut'));
        // A new connection starts a new session, so that the test does not wait for the next round.
        const [other] = source.node.libp2p.getPeers();
        if (other !== undefined) void source.node.libp2p.hangUp(other).catch(() => undefined);
      },
    });
    const peer = await network.peer({}, ['sync']);
    await eventually('all of them are known', async () => {
      if (source.node.libp2p.getPeers().length === 0) await source.dial(peer.address).catch(() => undefined);
      if ((await known(peer)) === records.length) return true;
      return false;
    });
    assert.ok(asked.length > 1, 'it was cut');
    assert.deepEqual(
      asked,
      [...asked].sort((a, b) => a - b),
      'it never goes back',
    );
  });

  it('ends a session at an invalid record, and the peer that sent it loses reputation', async () => {
    const valid = signedRecord('before').envelope;
    const key = createPublisherKey();
    const after = Array.from({ length: 200 }, (_, index) => signedRecord(`after-${index}`, { key }).envelope);
    const maliciousPeer = await logPeer([valid, corruptSignature(signedRecord('false').envelope), ...after]);
    const peer = await network.peer({ bootstrap: [maliciousPeer.address] }, ['sync']);
    await eventually('the invalid record was noticed', async () => {
      const known = await peer.engine.peers({});
      return (
        known.some(({ id }) => id === maliciousPeer.id) &&
        (await peer.engine.peer({ id: maliciousPeer.id })).failures > 0
      );
    });
    // Valid records of the same batch are stored; nothing after that batch is read.
    assert.ok((await known(peer)) < 100);
  });

  it('does not raise the reputation of a peer that has no new records', async () => {
    const silent = await logPeer([]);
    const respondingPeer = await logPeer([signedRecord('new-here').envelope]);
    const peer = await network.peer({ bootstrap: [silent.address, respondingPeer.address] }, ['sync']);
    await eventually('the record came', async () => (await known(peer)) === 1);
    await eventually('the peer with news is counted', async () => {
      return (await peer.engine.peer({ id: respondingPeer.id })).successes === 1;
    });
    assert.equal((await peer.engine.peer({ id: silent.id })).successes, 0);
  });

  it('a peer that stalls in the middle of its answer does not delay other peers', async () => {
    const silent = await barePeer();
    bare.push(silent);
    let stalledRequests = 0;
    await serve(silent, SYNC_PROTOCOL, async (frames) => {
      await frames.read(timeoutSignal());
      await frames.write({ epoch: 'one' }, timeoutSignal());
      stalledRequests++;
    });
    const respondingPeer = await logPeer([signedRecord('in-time').envelope]);
    const peer = await network.peer({ bootstrap: [silent.address] }, ['sync']);
    await eventually('the stalling peer was asked', () => stalledRequests > 0);
    await peer.engine.bootstrap({ address: respondingPeer.address });
    await eventually('the record came', async () => (await known(peer)) === 1);
  });

  for (const isUnderWay of [false, true]) {
    it(`restarts when the catalog turns out to be damaged, ${isUnderWay ? 'also in the middle of a session' : 'without waiting for the next interval'}`, async () => {
      const source = await barePeer();
      bare.push(source);
      const asked: number[] = [];
      const found = Promise.withResolvers<undefined>();
      const [before, after] = [signedRecord('before').envelope, signedRecord('after').envelope];
      await serve(source, SYNC_PROTOCOL, async (frames) => {
        const position = asCount(asMap(await frames.read(timeoutSignal()))['after']);
        asked.push(position);
        await frames.write({ epoch: 'one' }, timeoutSignal());
        if (position < 1) await frames.write({ p: 1, record: before, serves: true }, timeoutSignal());
        if (asked.length === 2 && isUnderWay) await found.promise;
        if (isUnderWay && asked.length > 1) await frames.write({ p: 2, record: after, serves: true }, timeoutSignal());
        await frames.write({ end: true }, timeoutSignal());
        await frames.close(timeoutSignal());
      });
      const sessions = (): number =>
        source.node.libp2p
          .getConnections()
          .flatMap(({ streams }) => streams.filter((one) => one.protocol === SYNC_PROTOCOL)).length;
      const peer = await network.peer({ bootstrap: [source.address] }, ['sync']);
      await eventually('the first record is known', async () => (await known(peer)) === 1);
      await eventually('the session is over', () => sessions() === 0);
      const search = (): Promise<SearchResults> => peer.engine.search({ text: '', licenses: ['MIT'], scope: 'local' });
      assert.equal((await search()).packages.length, 1, 'the record is in the search index');
      await peer.stop();
      await corruptTable(join(peer.dataDir, 'catalog.sqlite'), 'labels');
      await peer.restart();
      await eventually('it asked again', () => asked.length === 2 && sessions() === (isUnderWay ? 1 : 0));
      await assert.rejects(search(), { name: 'Internal', message: /moved to/ });
      found.resolve(undefined);
      await eventually('all is known again', async () => (await known(peer)) === (isUnderWay ? 2 : 1));
      assert.deepEqual(asked.slice(0, 3), [0, 1, 0]);
    });
  }
});

/** Overwrites the first pages of a table, as a failing disk would. */
async function corruptTable(file: string, table: string): Promise<void> {
  const database = new DatabaseSync(file);
  const roots = database.prepare('SELECT rootpage FROM sqlite_schema WHERE tbl_name = ? AND rootpage > 0').all(table);
  const size = Number(database.prepare('PRAGMA page_size').get()?.['page_size']);
  database.close();
  const bytes = await readFile(file);
  for (const { rootpage } of roots) bytes.fill(0xa5, (Number(rootpage) - 1) * size, Number(rootpage) * size);
  await writeFile(file, bytes);
}
