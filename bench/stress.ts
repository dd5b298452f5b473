/**
 * Stress: peers that publish, search, install, leave and rejoin, for ten minutes or `--minutes N`. Prints memory and
 * event-loop delay over time.
 *
 * It fails (exit code 1) when anything crashes, when a peer that is there cannot be used for a minute, or when memory grows
 * without bound: the heap after garbage collection, less what a package costs, in the last third of the run is on average more
 * than a quarter and more than 64 MB above the second third. The first third is left out: caches fill then.
 */
import { randomInt } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createPublisherKey } from '../src/identity/publisher-key.ts';
import type { PublisherKey } from '../src/identity/publisher-key.ts';
import { DEFAULT_NODE_SETTINGS } from '../src/shared/settings/node-settings.ts';
import { errorMessage, errorName } from '../src/shared/errors.ts';
import { createEngine } from '../src/worker/engine/engine.ts';
import type { LocalEngine } from '../src/worker/engine/engine.ts';

const PEERS = 6;
const SAMPLE_INTERVAL_MS = 5_000;
const MB = 2 ** 20;
const MAX_GROWTH = 1.25;
const MIN_GROWTH_BYTES = 64 * MB;
/** A package that is known costs its record, its index and its providers at each peer. */
const MB_PER_PACKAGE = 0.02 * PEERS;
/** What may happen to a peer while others leave, without being a fault. */
const EXPECTED = ['ContentUnavailable', 'PackageNotFound', 'VersionYanked', 'AbortError', 'TimeoutError', 'TimedOut'];

interface Peer {
  engine: LocalEngine;
  readonly folder: string;
  readonly key: PublisherKey;
  address: string;
  published: number;
}

interface Sample {
  readonly heap: number;
  readonly packages: number;
}

const { values } = parseArgs({ options: { minutes: { type: 'string', default: '10' } } });
const duration = Number(values.minutes) * 60_000;
if (!(duration > 0)) throw new Error('--minutes takes a number above 0');

const counts: Record<string, number> = {};
const faults: string[] = [];
const samples: Sample[] = [];
const installed: string[] = [];
const collectGarbage = garbageCollector();
const folder = await mkdtemp(join(tmpdir(), 'ggen-stress-'));
process.on('unhandledRejection', (error) => faults.push(`unhandled: ${errorMessage(error)}`));
process.on('uncaughtException', (error) => faults.push(`uncaught: ${errorMessage(error)}`));

const peers: Peer[] = [];
const end = Date.now() + duration;
try {
  for (let index = 0; index < PEERS; index++)
    peers.push(await start(join(folder, `peer-${index}`), createPublisherKey()));
  await Promise.all([...peers.map((peer) => live(peer)), watch()]);
} finally {
  await Promise.allSettled(peers.map((peer) => peer.engine.close()));
  await rm(folder, { recursive: true, force: true });
}
const growth = checkGrowth();
console.log(JSON.stringify({ event: 'done', ...counts, packages: published(), growth, faults: faults.slice(0, 10) }));
process.exitCode = faults.length > 0 || growth.unbounded ? 1 : 0;

async function start(dataDir: string, key: PublisherKey, publishedBefore = 0): Promise<Peer> {
  const engine = await createEngine({ dataDir, version: '0.0.0-stress' });
  const others = peers.map(({ address }) => address).filter((address) => address !== '');
  const { addresses } = await engine.startNode({
    ...DEFAULT_NODE_SETTINGS,
    listen: ['/ip4/127.0.0.1/tcp/0'],
    bootstrap: others.slice(0, 3),
    timeout: 5_000,
  });
  return { engine, folder: dataDir, key, address: addresses[0] ?? '', published: publishedBefore };
}

/** One peer's life: something else every moment, one thing at a time. */
async function live(peer: Peer): Promise<void> {
  const actions = [publish, search, search, search, install, install, restartNode];
  while (Date.now() < end && faults.length < 100) {
    const action = actions[randomInt(actions.length)] ?? search;
    try {
      await withTimeout(action(peer), action.name);
      counts[action.name] = (counts[action.name] ?? 0) + 1;
    } catch (error) {
      if (EXPECTED.includes(errorName(error))) counts['missed'] = (counts['missed'] ?? 0) + 1;
      else faults.push(`${action.name}: ${errorName(error)} ${errorMessage(error)}`);
    }
    await delay(randomInt(200, 800));
  }
}

async function publish(peer: Peer): Promise<void> {
  const name = `stress-${peers.indexOf(peer)}-${peer.published++}`;
  const root = join(folder, 'projects', name);
  await mkdir(root, { recursive: true });
  await writeFile(
    join(root, 'gpack.toml'),
    `[gpack]\nid = "${name}"\nname = "${name}"\nversion = "1.0.0"\ndescription = "Stress"\nlicense = "MIT"\nggen_compat = ">=1"\n`,
  );
  await writeFile(join(root, 'data.txt'), `${name}\n`.repeat(randomInt(1, 5_000)));
  const draft = await peer.engine.draftRelease({ root, publisher: peer.key.id });
  await peer.engine.publish({ draft: draft.draft, signature: peer.key.sign(draft.bytesToSign) });
  await rm(root, { recursive: true });
}

async function search(peer: Peer): Promise<void> {
  await peer.engine.search({ text: `stress ${randomInt(PEERS)}` });
}

async function install(peer: Peer): Promise<void> {
  const { packages } = await peer.engine.listPackages({ section: 'network', limit: 100 });
  const chosen = packages[randomInt(Math.max(packages.length, 1))];
  if (chosen === undefined) return;
  const to = join(folder, 'installed', String(installed.push(chosen.id)));
  await peer.engine.install({ id: chosen.id, to }, { signal: AbortSignal.timeout(30_000) });
  await rm(to, { recursive: true });
}

async function restartNode(peer: Peer): Promise<void> {
  await peer.engine.close();
  peer.address = '';
  await delay(randomInt(0, 2_000));
  Object.assign(peer, await start(peer.folder, peer.key, peer.published));
}

async function withTimeout(work: Promise<void>, what: string): Promise<void> {
  const stop = new AbortController();
  const timer = delay(60_000, undefined, { signal: stop.signal }).then(
    () => {
      throw new Error(`${what} took more than a minute`);
    },
    () => undefined,
  );
  try {
    await Promise.race([work, timer]);
  } finally {
    stop.abort();
  }
}

async function watch(): Promise<void> {
  const histogram = monitorEventLoopDelay({ resolution: 10 });
  histogram.enable();
  while (Date.now() < end) {
    await delay(Math.min(SAMPLE_INTERVAL_MS, Math.max(end - Date.now(), 1)));
    collectGarbage();
    const { rss, heapUsed, external } = process.memoryUsage();
    samples.push({ heap: (heapUsed + external) / MB, packages: published() });
    console.log(
      JSON.stringify({
        event: 'sample',
        secondsLeft: Math.max(Math.round((end - Date.now()) / 1000), 0),
        rssMb: Math.round(rss / MB),
        heapMb: Math.round((heapUsed + external) / MB),
        loopDelayP99Ms: Math.round(histogram.percentile(99) / 1e5) / 10,
        loopDelayMaxMs: Math.round(histogram.max / 1e5) / 10,
        packages: published(),
        ...counts,
        faults: faults.length,
      }),
    );
    histogram.reset();
  }
  histogram.disable();
}

function published(): number {
  return peers.reduce((sum, peer) => sum + peer.published, 0);
}

function checkGrowth(): { readonly middleMb: number; readonly lastMb: number; readonly unbounded: boolean } {
  const third = Math.floor(samples.length / 3);
  const mean = (part: readonly Sample[]): number =>
    part.reduce((sum, { heap, packages }) => sum + heap - packages * MB_PER_PACKAGE, 0) / Math.max(part.length, 1);
  const middleMb = Math.round(mean(samples.slice(third, 2 * third)));
  const lastMb = Math.round(mean(samples.slice(2 * third)));
  const unbounded = third > 0 && lastMb > middleMb * MAX_GROWTH && (lastMb - middleMb) * MB > MIN_GROWTH_BYTES;
  return { middleMb, lastMb, unbounded };
}

/** Garbage is collected before each sample, or the heap would say nothing. */
function garbageCollector(): () => void {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as () => void;
}
