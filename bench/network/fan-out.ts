import { BareLink } from '../baselines/bare-peer.ts';
import type { Figure, Round } from '../figure.ts';
import { tails } from '../statistics.ts';
import { until, WorkerPeer } from '../worker-peer.ts';

const SEARCHES = 100;
/** The slowest twentieth is looked for in each of so many runs of searches. */
const PORTIONS = 5;
/** No peer knows a package before it is searched for. */
const ONLY_SEARCH = ['search'];

/** Searching with the default fan-out of 3: each of three peers, in threads of their own, has packages that the asker has not. */
export async function measureFanOut(): Promise<readonly Figure[]> {
  const requester = await WorkerPeer.start([], ONLY_SEARCH);
  const peers = [requester];
  const bare = await BareLink.start();
  try {
    for (let index = 0; index < 3; index++) peers.push(await WorkerPeer.start([requester.address], ONLY_SEARCH));
    await until(
      'three peers are asked',
      async () => (await requester.engine.search({ text: 'warm-up' })).peersAsked === 3,
    );
    const rounds: Round[] = [];
    for (let index = 0; index < SEARCHES; index++) {
      const name = `fanout${index}`;
      const { id, ...signed } = await (peers[1 + (index % 3)] ?? requester).signedDraft(name);
      await (peers[1 + (index % 3)] ?? requester).engine.publish(signed);
      const began = performance.now();
      const { packages, peersAsked } = await requester.engine.search({ text: name });
      rounds.push({ value: performance.now() - began, baseline: await bare.roundTrip() });
      if (peersAsked !== 3) throw new Error(`${peersAsked} peers were asked, not 3`);
      if (packages[0]?.id !== id) throw new Error(`the search for '${name}' did not find it`);
    }
    return [
      {
        title: 'Search with fan-out 3 on loopback (p95)',
        unit: 'ms',
        rounds: tails(rounds, 0.95, PORTIONS),
        baseline: 'a round trip of a bare libp2p stream (p95)',
        maxRatio: 7,
        aim: 60,
      },
    ];
  } finally {
    await Promise.all([bare, ...peers].map((one) => one.stop()));
  }
}
