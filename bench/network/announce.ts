import type { ChildProcess } from 'node:child_process';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import type { Figure } from '../figure.ts';
import { loopbackRoundTrip } from '../loopback.ts';
import { WorkerPeer } from '../worker-peer.ts';
import { percentile } from './percentile.ts';

/** What a process that hosts peers is told. */
export type PeerProcessCommand =
  | { readonly type: 'start'; readonly bootstrap: readonly string[]; readonly count: number }
  | { readonly type: 'mesh' }
  | { readonly type: 'stop' };

/** What it says. */
export type PeerProcessMessage =
  | { readonly type: 'started'; readonly addresses: readonly string[] }
  | { readonly type: 'meshed' }
  /** `at`: milliseconds since the Unix epoch, the one clock that processes share. */
  | { readonly type: 'listed'; readonly atMs: number };

/** With the one that publishes. */
const PEERS = 50;
/** Engines of one process take turns, and processes that outnumber the processors do, too, at a higher price. */
const PROCESSES = Math.max(1, Math.min(availableParallelism(), PEERS - 1));
/** The first ones are not counted: peers that run for a while have their code compiled. */
const WARM_UP = 10;
const ANNOUNCEMENTS = 40;
/** Everything that a network does right after its start is over by then. */
const NETWORK_SETTLE_MS = 15_000;
const ANNOUNCE_TIMEOUT_MS = 10_000;

/** How long after it is published a package is known to the last of 50 peers, each a whole engine, on loopback. */
export async function measureAnnouncement(): Promise<readonly Figure[]> {
  const publisher = await WorkerPeer.start([], ['announce']);
  const processes: ChildProcess[] = [];
  try {
    for (let index = 0; index < PROCESSES; index++) {
      const peerProcess = fork(new URL('./announce-peers.ts', import.meta.url), { serialization: 'json' });
      peerProcess.setMaxListeners(0);
      processes.push(peerProcess);
    }
    // The first ones are whom the others join, so that not all of them hang on the publisher.
    const [first, ...others] = processes;
    if (first === undefined) throw new Error('There is no process to host peers.');
    const known = [publisher.address, ...(await start(first, [publisher.address], peerCount(0)))];
    await Promise.all(
      others.map((peerProcess, index) =>
        start(
          peerProcess,
          [0, 1, 2].map((step) => known[(index + step) % known.length] ?? ''),
          peerCount(index + 1),
        ),
      ),
    );
    await Promise.all(processes.map((peerProcess) => request(peerProcess, { type: 'mesh' }, 'meshed')));
    await delay(NETWORK_SETTLE_MS);
    const samples: number[] = [];
    for (let index = 0; index < WARM_UP + ANNOUNCEMENTS; index++) {
      const took = await announce(publisher, processes, index);
      if (index >= WARM_UP) samples.push(took);
      await waitForProvide(publisher);
    }
    return [
      {
        title: `Announcement to the last of ${PEERS} peers (p95)`,
        unit: 'ms',
        value: percentile(samples, 0.95),
        goal: 100,
        baseline: { title: 'a TCP round trip', value: await loopbackRoundTrip() },
      },
    ];
  } finally {
    await Promise.all(processes.map(stop));
    await publisher.stop();
  }
}

/** Milliseconds from the call to publish until the last peer knows. */
async function announce(publisher: WorkerPeer, processes: readonly ChildProcess[], index: number): Promise<number> {
  const { draft, signature } = await publisher.signedDraft(`announced-${index}`);
  const all = waitForLastPeer(processes);
  const began = Date.now();
  await publisher.engine.publish({ draft, signature });
  return (await all) - began;
}

/** When the last peer has learnt of one more package. */
function waitForLastPeer(processes: readonly ChildProcess[]): Promise<number> {
  return new Promise((resolve, reject) => {
    let left = PEERS - 1;
    const end = (): void => {
      clearTimeout(timer);
      for (const peerProcess of processes) peerProcess.off('message', onMessage);
    };
    const onMessage = (report: PeerProcessMessage): void => {
      if (report.type !== 'listed') return;
      left--;
      if (left > 0) return;
      end();
      resolve(report.atMs);
    };
    const timer = setTimeout(() => {
      end();
      reject(new Error(`${left} of ${PEERS - 1} peers did not learn of a package.`));
    }, ANNOUNCE_TIMEOUT_MS);
    for (const peerProcess of processes) peerProcess.on('message', onMessage);
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

async function start(
  peerProcess: ChildProcess,
  bootstrap: readonly string[],
  count: number,
): Promise<readonly string[]> {
  const report = await request(peerProcess, { type: 'start', bootstrap, count }, 'started');
  return report.type === 'started' ? report.addresses : [];
}

/** Tell a host what to do, and wait until it says that it is done, at most three minutes. */
async function request(
  peerProcess: ChildProcess,
  what: PeerProcessCommand,
  replyType: PeerProcessMessage['type'],
): Promise<PeerProcessMessage> {
  const signal = AbortSignal.timeout(180_000);
  peerProcess.send(what);
  for (;;) {
    const [report] = (await once(peerProcess, 'message', { signal })) as [PeerProcessMessage];
    if (report.type === replyType) return report;
  }
}

async function stop(peerProcess: ChildProcess): Promise<void> {
  if (peerProcess.exitCode !== null || !peerProcess.connected) return;
  const ended = once(peerProcess, 'exit');
  peerProcess.send({ type: 'stop' } satisfies PeerProcessCommand);
  const killTimer = setTimeout(() => peerProcess.kill('SIGKILL'), 10_000);
  await ended;
  clearTimeout(killTimer);
}
