import type { Figure } from './figure.ts';
import { median } from './figure.ts';
import { loopbackRoundTrip } from './loopback.ts';
import { until, WorkerPeer } from './worker-peer.ts';

const ROUNDS = 20;

/** From the signature handed in to the package in the snapshots of both other peers: what their views show. */
export async function measurePublish(): Promise<readonly Figure[]> {
  const first = await WorkerPeer.start([]);
  const others = await Promise.all([WorkerPeer.start([first.address]), WorkerPeer.start([first.address])]);
  const peers = [first, ...others];
  try {
    for (const { engine } of peers)
      await until('three peers joined', async () => (await engine.status({})).topicPeers === 2);
    const samples: number[] = [];
    for (let round = 0; round < ROUNDS; round++) samples.push(await publishOnce(first, others, `bench-${round}`));
    return [
      {
        title: 'Publish to visible on both of two others (median)',
        unit: 'ms',
        value: median(samples),
        goal: 100,
        baseline: { title: 'a TCP round trip', value: await loopbackRoundTrip() },
      },
    ];
  } finally {
    await Promise.all(peers.map((peer) => peer.stop()));
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
