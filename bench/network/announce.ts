import type { ChildProcess } from 'node:child_process';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { BarePeer } from '../baselines/bare-peer.ts';
import type { Figure, Round } from '../figure.ts';
import { tails } from '../statistics.ts';
import { WorkerPeer } from '../worker-peer.ts';

/** What a process that hosts peers is told. */
export type PeerProcessCommand =
  | { readonly type: 'start'; readonly known: Addresses; readonly count: number }
  | { readonly type: 'mesh' }
  | { readonly type: 'stop' };

/** What it says. */
export type PeerProcessMessage =
  | { readonly type: 'started'; readonly addresses: Addresses }
  | { readonly type: 'meshed' }
  /** An engine of a package, or a bare node of a message. `at`: milliseconds since the Unix epoch, the one clock that processes share. */
  | { readonly type: 'learnt' | 'heard'; readonly atMs: number };

/** Of the peers with an engine, and of the bare nodes, of which there are as many in the same processes. */
export interface Addresses {
  readonly engines: readonly string[];
  readonly bare: readonly string[];
}

/** With the one that publishes. */
const PEERS = 50;
/** Engines of one process take turns, and processes that outnumber the processors do, too, at a higher price. */
const PROCESSES = Math.max(1, Math.min(availableParallelism(), PEERS - 1));
/** The first ones are not counted: peers that run for a while have their code compiled. */
const WARM_UP = 10;
const ANNOUNCEMENTS = 40;
/** The slowest twentieth is looked for in each of so many runs of announcements. */
const PORTIONS = 4;
/** Of the peers that are known, so many are told to a process. */
const KNOWN = 3;
/** Everything that a network does right after its start is over by then. */
const NETWORK_SETTLE_MS = 15_000;
const ANNOUNCE_TIMEOUT_MS = 30_000;
/** Fifty engines that start on a busy machine take their time. */
const ORDER_TIMEOUT_MS = 8 * 60_000;

/**
 * How long after it is published a package is known to the last of 50 peers, each a whole engine, on loopback; and in turns,
 * when the last of 50 bare nodes has a message of gossipsub.
 */
export async function measureAnnouncement(): Promise<readonly Figure[]> {
  const publisher = await WorkerPeer.start([], ['announce']);
  const bare = await BarePeer.start();
  const processes: ChildProcess[] = [];
  try {
    for (let index = 0; index < PROCESSES; index++) {
      const peerProcess = fork(new URL('./announce-peers.ts', import.meta.url), { serialization: 'json' });
      peerProcess.setMaxListeners(0);
      processes.push(peerProcess);
    }
    await startAll(processes, { engines: [publisher.address], bare: [bare.address] });
    await delay(NETWORK_SETTLE_MS);
    const rounds: Round[] = [];
    for (let index = 0; index < WARM_UP + ANNOUNCEMENTS; index++) {
      const value = await announce(publisher, processes, index);
      await waitForProvide(publisher);
      rounds.push({ value, baseline: await gossip(bare, processes) });
    }
    return [
      {
        title: `Announcement to the last of ${PEERS} peers (p95)`,
        unit: 'ms',
        rounds: tails(rounds.slice(WARM_UP), 0.95, PORTIONS),
        baseline: `bare gossipsub to the last of ${PEERS} (p95)`,
        maxRatio: 99,
        aim: 100,
      },
    ];
  } finally {
    await Promise.all(processes.map(stop));
    await Promise.all([publisher.stop(), bare.stop()]);
  }
}

async function startAll(processes: readonly ChildProcess[], publishers: Addresses): Promise<void> {
  // The first ones are whom the others join, so that not all of them hang on the publisher.
  const [first, ...others] = processes;
  if (first === undefined) throw new Error('There is no process to host peers.');
  const started = await start(first, publishers, peerCount(0));
  const some = (from: readonly string[], start: number): string[] =>
    Array.from({ length: KNOWN }, (_, step) => from[(start + step) % from.length] ?? '');
  const engines = [...publishers.engines, ...started.engines];
  const bare = [...publishers.bare, ...started.bare];
  await Promise.all(
    others.map((peerProcess, index) =>
      start(peerProcess, { engines: some(engines, index), bare: some(bare, index) }, peerCount(index + 1)),
    ),
  );
  await Promise.all(processes.map((peerProcess) => request(peerProcess, { type: 'mesh' }, 'meshed')));
}

/** Milliseconds from the call to publish until the last peer knows. */
async function announce(publisher: WorkerPeer, hosts: readonly ChildProcess[], index: number): Promise<number> {
  const { draft, signature } = await publisher.signedDraft(`announced-${index}`);
  const all = lastOf(hosts, 'learnt');
  const began = Date.now();
  await publisher.engine.publish({ draft, signature });
  return (await all) - began;
}

/** Milliseconds from publishing a message until the last bare node has it. */
async function gossip(bare: BarePeer, hosts: readonly ChildProcess[]): Promise<number> {
  const all = lastOf(hosts, 'heard');
  const began = Date.now();
  await bare.publish();
  return (await all) - began;
}

/** When the last peer has said that one more came. */
function lastOf(hosts: readonly ChildProcess[], said: 'learnt' | 'heard'): Promise<number> {
  return new Promise((resolve, reject) => {
    let left = PEERS - 1;
    const end = (): void => {
      clearTimeout(timer);
      for (const peerProcess of hosts) peerProcess.off('message', onMessage);
    };
    const onMessage = (report: PeerProcessMessage): void => {
      if (report.type !== said || !('at' in report)) return;
      left--;
      if (left > 0) return;
      end();
      resolve(report.atMs);
    };
    const timer = setTimeout(() => {
      end();
      reject(
        new Error(
          `${left} of ${PEERS - 1} peers ${said === 'learnt' ? 'did not learn of a package' : 'did not hear a message'}.`,
        ),
      );
    }, ANNOUNCE_TIMEOUT_MS);
    for (const peerProcess of hosts) peerProcess.on('message', onMessage);
  });
}

/** Wait until the DHT was told of the package: what follows a publication is not to be in the way of the next one. */
async function waitForProvide(publisher: WorkerPeer): Promise<void> {
  const published = Date.now();
  for (;;) {
    const { tasks } = await publisher.engine.status({});
    const provide = tasks.find(({ name }) => name === 'provide');
    if (provide?.running === false && (provide.lastRun ?? 0) > published) return;
    await delay(100);
  }
}

/** Peers in the process of this index. */
function peerCount(index: number): number {
  return Math.floor((PEERS - 1 + index) / PROCESSES);
}

async function start(host: ChildProcess, known: Addresses, count: number): Promise<Addresses> {
  const report = await request(host, { type: 'start', known, count }, 'started');
  return report.type === 'started' ? report.addresses : { engines: [], bare: [] };
}

/** Tell a host what to do, and wait until it says that it is done, at most eight minutes. Fails when it ends before. */
async function request(
  host: ChildProcess,
  what: PeerProcessCommand,
  replyType: PeerProcessMessage['type'],
): Promise<PeerProcessMessage> {
  const ended = new AbortController();
  const end = (): void => {
    ended.abort(new Error('A process that hosts peers has ended.'));
  };
  host.once('exit', end);
  const signal = AbortSignal.any([ended.signal, AbortSignal.timeout(ORDER_TIMEOUT_MS)]);
  try {
    host.send(what);
    for (;;) {
      const [report] = (await once(host, 'message', { signal })) as [PeerProcessMessage];
      if (report.type === replyType) return report;
    }
  } catch (error) {
    ended.signal.throwIfAborted();
    throw error;
  } finally {
    host.off('exit', end);
  }
}

async function stop(host: ChildProcess): Promise<void> {
  if (host.exitCode !== null || !host.connected) return;
  const ended = once(host, 'exit');
  host.send({ type: 'stop' } satisfies PeerProcessCommand);
  const killTimer = setTimeout(() => host.kill('SIGKILL'), 10_000);
  await ended;
  clearTimeout(killTimer);
}
