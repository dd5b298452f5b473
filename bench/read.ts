import { BareLink } from './baselines/bare-peer.ts';
import type { Figure, Round } from './figure.ts';
import { until, WorkerPeer } from './worker-peer.ts';

const ROUNDS = 20;

/** From the question for the README of a package of which nothing is here to its bytes, which came from another peer. */
export async function measureRead(): Promise<readonly Figure[]> {
  const publisher = await WorkerPeer.start([]);
  const reader = await WorkerPeer.start([publisher.address]);
  const bare = await BareLink.start();
  try {
    await until('two peers joined', async () => (await reader.engine.status({})).topicPeers === 1);
    const rounds: Round[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const value = await readOnce(publisher, reader, `bench-read-${round}`);
      rounds.push({ value, baseline: await bare.roundTrip() });
    }
    return [
      {
        title: 'First file of a package that is not here (median)',
        unit: 'ms',
        rounds,
        baseline: 'a round trip of a bare libp2p stream',
        maxRatio: 4,
        aim: 50,
      },
    ];
  } finally {
    await Promise.all([bare, publisher, reader].map((one) => one.stop()));
  }
}

async function readOnce(publisher: WorkerPeer, { engine }: WorkerPeer, name: string): Promise<number> {
  const { id, ...signed } = await publisher.signedDraft(name);
  await publisher.engine.publish(signed);
  await until('the package and who has it', async () => {
    const { packages } = await engine.search({ text: name, scope: 'local', limit: 100 });
    return packages.some((summary) => summary.id === id && summary.providers > 0);
  });
  const began = performance.now();
  const { bytes } = await engine.readFile({ release: `${id}@1.0.0`, path: 'README.md' });
  const time = performance.now() - began;
  if (bytes.length !== `# ${name}\n`.length) throw new Error('Another file was read.');
  return time;
}
