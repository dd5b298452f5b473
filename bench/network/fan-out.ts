import type { Figure } from '../figure.ts';
import { loopbackRoundTrip } from '../loopback.ts';
import { until, WorkerPeer } from '../worker-peer.ts';
import { percentile } from './percentile.ts';

const SEARCHES = 60;
/** Nobody knows of a package before it is searched for. */
const ONLY_SEARCH = ['search'];

/** Searching with the default fan-out of 3: each of three peers, in threads of their own, has packages that the asker has not. */
export async function measureFanOut(): Promise<readonly Figure[]> {
  const requester = await WorkerPeer.start([], ONLY_SEARCH);
  const peers = [requester];
  try {
    for (let index = 0; index < 3; index++) peers.push(await WorkerPeer.start([requester.address], ONLY_SEARCH));
    await until(
      'three peers are asked',
      async () => (await requester.engine.search({ text: 'warm-up' })).peersAsked === 3,
    );
    const samples: number[] = [];
    for (let index = 0; index < SEARCHES; index++) {
      const name = `fanout${index}`;
      const { id, ...signed } = await (peers[1 + (index % 3)] ?? requester).signedDraft(name);
      await (peers[1 + (index % 3)] ?? requester).engine.publish(signed);
      const began = performance.now();
      const { packages, peersAsked } = await requester.engine.search({ text: name });
      samples.push(performance.now() - began);
      if (peersAsked !== 3) throw new Error(`${peersAsked} peers were asked, not 3`);
      if (packages[0]?.id !== id) throw new Error(`the search for '${name}' did not find it`);
    }
    return [
      {
        title: 'Search with fan-out 3 on loopback (p95)',
        unit: 'ms',
        value: percentile(samples, 0.95),
        goal: 60,
        baseline: { title: 'a TCP round trip', value: await loopbackRoundTrip() },
      },
    ];
  } finally {
    await Promise.all(peers.map((peer) => peer.stop()));
  }
}
