import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { startHeadlessPeer } from '../../scripts/lib/headless-peer.ts';
import type { HeadlessPeer } from '../../scripts/lib/headless-peer.ts';
import { BareLink } from '../baselines/bare-peer.ts';
import type { Figure, Round } from '../figure.ts';
import { tails } from '../statistics.ts';
import { until, WorkerPeer } from '../worker-peer.ts';

const PEERS = 20;
/** The first ones that are asked for are not counted: a peer that runs for a while has its code compiled. */
const WARM_UP = 10;
const PACKAGES = 42;
/** The slowest twentieth is looked for in each of so many runs of questions. */
const PORTIONS = 3;
/** Started at once: more only take each other's processor. */
const START_CONCURRENCY = 4;
const READY_TIMEOUT_MS = 60_000;
/** A node republishes its heads this long after its start, for nodes that joined later. Lookups are measured after it. */
const HEAD_REPUBLISH_SETTLE_MS = 8_000;
/** Records come to the publisher and the asker on no other way. */
const ONLY_DHT = ['head'];

/** Asking by exact id for packages that only the DHT knows, where 20 headless peers in processes of their own carry it. */
export async function measureDhtOfProcesses(): Promise<readonly Figure[]> {
  const folder = await mkdtemp(join(tmpdir(), 'ggen-bench-'));
  const peers: HeadlessPeer[] = [];
  const workers: WorkerPeer[] = [];
  const bare = await BareLink.start();
  try {
    const addresses = await startPeers(folder, peers);
    const publisher = await startRequester(addresses, workers);
    const ids: string[] = [];
    for (let index = 0; index < WARM_UP + PACKAGES; index++) {
      const { id, ...signed } = await publisher.signedDraft(`carried-${index}`);
      await publisher.engine.publish(signed);
      ids.push(id);
    }
    await delay(HEAD_REPUBLISH_SETTLE_MS);
    // Gone: what is found now, the processes have.
    await publisher.stop();
    workers.length = 0;
    const requester = await startRequester(addresses, workers);
    const rounds: Round[] = [];
    for (const id of ids) {
      const began = performance.now();
      await requester.engine.getPackage({ id });
      rounds.push({ value: performance.now() - began, baseline: await bare.roundTrip() });
    }
    return [
      {
        title: `DHT get with ${PEERS} peers in processes of their own (p95)`,
        unit: 'ms',
        rounds: tails(rounds.slice(WARM_UP), 0.95, PORTIONS),
        baseline: 'a round trip of a bare libp2p stream (p95)',
        maxRatio: 18,
        aim: 100,
      },
    ];
  } finally {
    await Promise.all([bare, ...workers].map((one) => one.stop()));
    await Promise.all(peers.map((peer) => peer.stop()));
    await rm(folder, { recursive: true, force: true });
  }
}

/** Adds to `peers` what it starts, also when it fails. Returns the peers' addresses. */
async function startPeers(folder: string, peers: HeadlessPeer[]): Promise<string[]> {
  const addresses = [await startPeer(folder, peers, [])];
  while (addresses.length < PEERS) {
    const known = addresses.slice(0, 2);
    const count = Math.min(START_CONCURRENCY, PEERS - addresses.length);
    addresses.push(...(await Promise.all(Array.from({ length: count }, () => startPeer(folder, peers, known)))));
  }
  return addresses;
}

async function startPeer(folder: string, peers: HeadlessPeer[], bootstrap: readonly string[]): Promise<string> {
  const data = await mkdtemp(join(folder, 'peer-'));
  const peer = await startHeadlessPeer({ data, bootstrap, sourceMaps: false, timeoutMs: READY_TIMEOUT_MS });
  peers.push(peer);
  const [address] = peer.addresses;
  if (address === undefined) throw new Error('A headless peer listens on no address.');
  return address;
}

async function startRequester(addresses: readonly string[], workers: WorkerPeer[]): Promise<WorkerPeer> {
  const peer = await WorkerPeer.start(addresses.slice(0, 2), ONLY_DHT);
  workers.push(peer);
  await until(`a peer joined the DHT of ${PEERS}`, async () => {
    const { routingTableSize } = await peer.engine.status({});
    return routingTableSize >= PEERS / 2;
  });
  return peer;
}
