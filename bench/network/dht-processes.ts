import type { ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { DIST } from '../../scripts/lib/paths.ts';
import { spawnOwned, stop } from '../../scripts/lib/processes.ts';
import type { Figure } from '../figure.ts';
import { loopbackRoundTrip } from '../loopback.ts';
import { until, WorkerPeer } from '../worker-peer.ts';
import { percentile } from './percentile.ts';

const PEERS = 20;
const PACKAGES = 40;
/** Started at once: more only take each other's processor. */
const AT_ONCE = 4;
const READY_BOUND_MS = 60_000;
/** A node puts its heads again this long after its start, to reach who came late; it must be over before somebody asks. */
const REPUT_OVER_MS = 8_000;
/** Records come to the publisher and the asker on no other way. */
const ONLY_DHT = ['head'];

/** Asking by exact id for packages that only the DHT knows, where 20 headless peers in processes of their own carry it. */
export async function measureDhtOfProcesses(): Promise<readonly Figure[]> {
  const folder = await mkdtemp(join(tmpdir(), 'ggen-bench-'));
  const children: ChildProcess[] = [];
  const workers: WorkerPeer[] = [];
  try {
    const addresses = await startPeers(folder, children);
    const publisher = await joined(addresses, workers);
    const ids: string[] = [];
    for (let index = 0; index < PACKAGES; index++) {
      const { id, ...signed } = await publisher.signedDraft(`carried-${index}`);
      await publisher.engine.publish(signed);
      ids.push(id);
    }
    await delay(REPUT_OVER_MS);
    // Gone: what is found now, the processes have.
    await publisher.stop();
    workers.length = 0;
    const asker = await joined(addresses, workers);
    const samples: number[] = [];
    for (const id of ids) {
      const began = performance.now();
      await asker.engine.getPackage({ id });
      samples.push(performance.now() - began);
    }
    return [
      {
        title: `DHT get with ${PEERS} peers in processes of their own (p95)`,
        unit: 'ms',
        value: percentile(samples, 0.95),
        goal: 100,
        baseline: { title: 'a TCP round trip', value: await loopbackRoundTrip() },
      },
    ];
  } finally {
    await Promise.all(workers.map((peer) => peer.stop()));
    await Promise.all(children.map((child) => stop(child)));
    await rm(folder, { recursive: true, force: true });
  }
}

/** Adds to `children` what it starts, also when it fails. Returns the peers' addresses. */
async function startPeers(folder: string, children: ChildProcess[]): Promise<string[]> {
  const addresses = [await startPeer(folder, children, [])];
  while (addresses.length < PEERS) {
    const known = addresses.slice(0, 2);
    const count = Math.min(AT_ONCE, PEERS - addresses.length);
    addresses.push(...(await Promise.all(Array.from({ length: count }, () => startPeer(folder, children, known)))));
  }
  return addresses;
}

async function startPeer(folder: string, children: ChildProcess[], bootstrap: readonly string[]): Promise<string> {
  const data = join(folder, String(children.length));
  const join_ = bootstrap.flatMap((address) => ['--bootstrap', address]);
  const child = spawnOwned(
    process.execPath,
    [
      join(DIST, 'ggen-p2p.mjs'),
      'start',
      '--format',
      'json',
      '--listen',
      '/ip4/127.0.0.1/tcp/0',
      '--data',
      data,
      ...join_,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  children.push(child);
  if (child.stdout === null) throw new Error('The output of a peer cannot be read.');
  const bound = setTimeout(() => child.kill(), READY_BOUND_MS);
  try {
    for await (const line of createInterface({ input: child.stdout })) {
      const event = JSON.parse(line) as { event: string; addresses?: readonly string[] };
      if (event.event !== 'ready') continue;
      const [address] = event.addresses ?? [];
      if (address === undefined) break;
      // Nobody reads what it says from here on.
      child.stdout.resume();
      return address;
    }
    throw new Error('A headless peer ended before it was ready.');
  } finally {
    clearTimeout(bound);
  }
}

async function joined(addresses: readonly string[], workers: WorkerPeer[]): Promise<WorkerPeer> {
  const peer = await WorkerPeer.start(addresses.slice(0, 2), ONLY_DHT);
  workers.push(peer);
  await until(`a peer joined the DHT of ${PEERS}`, async () => {
    const { routingTableSize } = await peer.engine.status({});
    return routingTableSize >= PEERS / 2;
  });
  return peer;
}
