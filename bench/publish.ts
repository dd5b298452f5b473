import { BareGroup } from './baselines/bare-peer.ts';
import type { Figure, Round } from './figure.ts';
import { until, WorkerPeer } from './worker-peer.ts';

const ROUNDS = 20;

/** From the signature handed in to the package in the snapshots of both other peers: what their views show. */
export async function measurePublish(): Promise<readonly Figure[]> {
  const first = await WorkerPeer.start([]);
  const others = await Promise.all([WorkerPeer.start([first.address]), WorkerPeer.start([first.address])]);
  const peers = [first, ...others];
  const bare = await BareGroup.start(others.length);
  try {
    for (const { engine } of peers)
      await until('three peers joined', async () => (await engine.status({})).topicPeers === 2);
    const rounds: Round[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      rounds.push({ value: await publishOnce(first, others, `bench-${round}`), baseline: await bare.publish() });
    }
    return [
      {
        title: 'Publish to visible on both of two others (median)',
        unit: 'ms',
        rounds,
        baseline: 'bare gossipsub to two others',
        maxRatio: 10,
        aim: 100,
      },
    ];
  } finally {
    await Promise.all([bare, ...peers].map((one) => one.stop()));
  }
}

async function publishOnce(from: WorkerPeer, to: readonly WorkerPeer[], name: string): Promise<number> {
  const { id, ...signed } = await from.signedDraft(name);
  const visible = Promise.all(to.map((peer) => appears(peer, id)));
  const began = performance.now();
  const published = from.engine.publish(signed);
  await visible;
  const time = performance.now() - began;
  await published;
  return time;
}

/** Resolves when the peer tells its views of the package. */
function appears({ engine }: WorkerPeer, id: string): Promise<void> {
  return new Promise((resolve) => {
    const end = engine.subscribe('packages', ({ changed }) => {
      if (!changed.includes(id)) return;
      end();
      resolve();
    });
  });
}
