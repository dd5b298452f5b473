import { setTimeout as delay } from 'node:timers/promises';
import { BareLink } from './baselines/bare-peer.ts';
import type { Figure, Round } from './figure.ts';
import { until, WorkerPeer } from './worker-peer.ts';

const PACKAGES = 20;
/** A node puts its heads again this long after its start, to reach who came late; it must be over before the third comes. */
const HEAD_REPUBLISH_SETTLE_MS = 5_000;
/** Records travel on no other way. */
const ONLY_DHT = ['head'];

/** Asking by exact id for packages that only the DHT of two others knows. */
export async function measureDht(): Promise<readonly Figure[]> {
  const peers = [await WorkerPeer.start([], ONLY_DHT)];
  const [publisher] = peers as [WorkerPeer];
  const bare = await BareLink.start();
  try {
    peers.push(await WorkerPeer.start([publisher.address], ONLY_DHT));
    await until('two peers joined', async () => (await publisher.engine.status({})).routingTableSize === 1);
    const ids = await publishSome(publisher);
    await delay(HEAD_REPUBLISH_SETTLE_MS);
    const requester = await WorkerPeer.start([publisher.address], ONLY_DHT);
    peers.push(requester);
    await until('three peers joined', async () => (await requester.engine.status({})).routingTableSize === 2);
    const { total } = await requester.engine.listPackages({ section: 'network' });
    if (total > 0) throw new Error(`the asking peer already knows ${total} of the packages already`);
    return [
      {
        title: 'DHT get with 3 peers (median)',
        unit: 'ms',
        rounds: await lookUpAll(requester, ids, bare),
        baseline: 'a round trip of a bare libp2p stream',
        maxRatio: 6,
        aim: 50,
      },
    ];
  } finally {
    await Promise.all([bare, ...peers].map((one) => one.stop()));
  }
}

async function publishSome(publisher: WorkerPeer): Promise<string[]> {
  const ids: string[] = [];
  for (let index = 0; index < PACKAGES; index++) {
    const { id, ...signed } = await publisher.signedDraft(`bench-${index}`);
    await publisher.engine.publish(signed);
    ids.push(id);
  }
  return ids;
}

async function lookUpAll({ engine }: WorkerPeer, ids: readonly string[], bare: BareLink): Promise<Round[]> {
  const rounds: Round[] = [];
  for (const id of ids) {
    const began = performance.now();
    await engine.getPackage({ id });
    rounds.push({ value: performance.now() - began, baseline: await bare.roundTrip() });
  }
  return rounds;
}
