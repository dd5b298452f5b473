import assert from 'node:assert/strict';
import type { TaskStatus } from '../../src/shared/model.ts';
import { openCatalogue } from '../../src/worker/catalog/catalogue.ts';
import { connected, eventually, networkPerTest } from './helpers/peers.ts';
import type { TestPeer } from './helpers/peers.ts';

const DAY = 24 * 60 * 60 * 1000;

describe('a clock that is set right', () => {
  const network = networkPerTest();
  const { now } = Date;
  const jump = (milliseconds: number): void => {
    Date.now = () => now() + milliseconds;
  };
  afterEach(() => {
    Date.now = now;
  });

  async function told({ engine }: TestPeer): Promise<TaskStatus> {
    return await eventually('the DHT was told of all that is served', async () => {
      const task = (await engine.status({})).tasks.find(({ name }) => name === 'provide');
      return /^([1-9]\d*) of \1 told/.test(task?.detail ?? '') && task;
    });
  }

  it('does not keep a node from dialling', async () => {
    const [hub, peer] = await network.peers(2);
    const port = /\/tcp\/(\d+)\//.exec(hub.address)?.[1] ?? '';
    await hub.stop();
    await eventually('a dial failed', async () => {
      const { bootstrap } = await peer.engine.status({});
      return bootstrap[0]?.state === 'failed';
    });
    jump(-DAY);
    await hub.restart({ listen: [`/ip4/127.0.0.1/tcp/${port}`] });
    await connected(peer, [hub]);
  });

  it('does not keep a node from telling the DHT again what it serves', async () => {
    jump(365 * DAY);
    const [publisher] = await network.peers(2);
    await publisher.publish('early', '1.0.0');
    await told(publisher);
    jump(0);
    const port = /\/tcp\/(\d+)\//.exec(publisher.address)?.[1] ?? '';
    await publisher.restart({ listen: [`/ip4/127.0.0.1/tcp/${port}`] });
    await told(publisher);
    await publisher.stop();
    const catalogue = await openCatalogue(publisher.dataDir);
    try {
      const times = [...catalogue.provided.all().values()].map(({ at }) => at);
      assert.ok(times.length > 0 && times.every((at) => at <= Date.now()));
    } finally {
      catalogue.close();
    }
  });
});
