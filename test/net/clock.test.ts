import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { mergeForks } from '../../src/identity/merge-forks.ts';
import type { TaskStatus } from '../../src/shared/model.ts';
import { openCatalog } from '../../src/worker/catalog/catalog.ts';
import { waitForConnections, eventually, networkPerTest, waitForListing } from './helpers/peers.ts';
import type { TestPeer } from './helpers/peers.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

describe('a system clock that is adjusted', () => {
  const network = networkPerTest();
  const { now } = Date;
  const jump = (milliseconds: number): void => {
    Date.now = () => now() + milliseconds;
  };
  afterEach(() => {
    Date.now = now;
  });

  async function waitForProvide({ engine }: TestPeer): Promise<TaskStatus> {
    return await eventually('all provider records were announced to the DHT', async () => {
      const task = (await engine.status({})).tasks.find(({ name }) => name === 'reprovide');
      return /^([1-9]\d*) of \1 announced/.test(task?.detail ?? '') && task;
    });
  }

  it('does not stop a node from dialing', async () => {
    const [hub, peer] = await network.peers(2);
    const port = /\/tcp\/(\d+)\//.exec(hub.address)?.[1] ?? '';
    await hub.stop();
    await eventually('a dial failed', async () => {
      const { bootstrap } = await peer.engine.status({});
      return bootstrap[0]?.state === 'failed';
    });
    jump(-DAY_MS);
    await hub.restart({ listen: [`/ip4/127.0.0.1/tcp/${port}`] });
    await waitForConnections(peer, [hub]);
  });

  it('does not block a name after a release with a clock that was ahead', async () => {
    const publisher = await network.peer();
    jump(DAY_MS);
    const { id } = await publisher.publish('early', '1.0.0', { 'a.txt': '1\n' });
    const other = await publisher.publish('second', '1.0.0');
    jump(0);
    const reader = await network.peer({ bootstrap: [publisher.address] });
    await waitForConnections(reader, [publisher]);
    await publisher.publish('early', '1.0.1', { 'a.txt': '2\n' });
    await waitForListing(reader, id, '1.0.1');
    const releases = await reader.engine.listVersions({ id });
    assert.deepEqual(
      releases.map(({ version }) => version),
      ['1.0.0', '1.0.1'],
    );
    assert.ok(releases.every(({ published }) => published <= now()));
    // What needs no new release is signed again by the program that has the key.
    const stop = mergeForks({
      engine: publisher.engine,
      key: () => Promise.resolve(publisher.key),
      info: () => undefined,
      warn: (message) => assert.fail(message),
    });
    try {
      await waitForListing(reader, other.id, '1.0.0');
    } finally {
      stop();
    }
    await assert.rejects(publisher.engine.draftMerge({ id: other.id, publisher: publisher.key.id }), {
      name: 'DraftOutdated',
    });
  });

  it('does not sign what peers would reject when it is set back between draft and signature', async () => {
    const publisher = await network.peer();
    const root = await network.project('early', '1.0.0', {});
    jump(DAY_MS);
    const { draft, bytesToSign } = await publisher.engine.draftRelease({ root, publisher: publisher.key.id });
    jump(0);
    const signature = publisher.key.sign(bytesToSign);
    await assert.rejects(publisher.engine.publish({ draft, signature }), { name: 'DraftOutdated', message: /clock/ });
    await publisher.publish('early', '1.0.0');
  });

  it('survives a lost catalog with a record of the future', async () => {
    const publisher = await network.peer();
    jump(DAY_MS);
    const { id } = await publisher.publish('early', '1.0.0');
    jump(0);
    await publisher.stop();
    for (const suffix of ['', '-wal', '-shm']) {
      await rm(join(publisher.dataDir, `catalog.sqlite${suffix}`), { force: true });
    }
    await publisher.restart();
    assert.deepEqual(
      (await publisher.engine.listVersions({ id })).map(({ version }) => version),
      ['1.0.0'],
    );
    await publisher.publish('early', '1.0.1');
  });

  it('does not stop a node from announcing its provider records to the DHT again', async () => {
    jump(365 * DAY_MS);
    const [publisher] = await network.peers(2);
    await publisher.publish('early', '1.0.0');
    await waitForProvide(publisher);
    jump(0);
    const port = /\/tcp\/(\d+)\//.exec(publisher.address)?.[1] ?? '';
    await publisher.restart({ listen: [`/ip4/127.0.0.1/tcp/${port}`] });
    await waitForProvide(publisher);
    await publisher.stop();
    const catalog = await openCatalog(publisher.dataDir);
    try {
      const times = [...catalog.provided.all().values()].map(({ at }) => at);
      assert.ok(times.length > 0 && times.every((at) => at <= Date.now()));
    } finally {
      catalog.close();
    }
  });
});
