import assert from 'node:assert/strict';
import type { TaskStatus } from '../../src/shared/model.ts';
import { openCatalog } from '../../src/worker/catalog/catalog.ts';
import { waitForConnections, eventually, networkPerTest } from './helpers/peers.ts';
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
