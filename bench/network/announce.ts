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
export type HostOrder =
  | { readonly do: 'start'; readonly bootstrap: readonly string[]; readonly count: number }
  | { readonly do: 'mesh' }
  | { readonly do: 'stop' };

/** What it says. */
export type HostReport =
  | { readonly said: 'started'; readonly addresses: readonly string[] }
  | { readonly said: 'meshed' }
  /** `at`: milliseconds since the Unix epoch, the one clock that processes share. */
  | { readonly said: 'learnt'; readonly at: number };

/** With the one that publishes. */
const PEERS = 50;
/** Engines of one process take turns, and processes that outnumber the processors do, too, at a higher price. */
const HOSTS = Math.max(1, Math.min(availableParallelism(), PEERS - 1));
/** The first ones are not counted: peers that run for a while have their code compiled. */
const WARM_UP = 10;
const ANNOUNCEMENTS = 40;
/** Everything that a network does right after its start is over by then. */
const QUIET_MS = 15_000;
const PATIENCE_MS = 10_000;

/** How long after it is published a package is known to the last of 50 peers, each a whole engine, on loopback. */
export async function measureAnnouncement(): Promise<readonly Figure[]> {
  const publisher = await WorkerPeer.start([], ['announce']);
  const hosts: ChildProcess[] = [];
  try {
    for (let index = 0; index < HOSTS; index++) {
      const host = fork(new URL('./announce-hosts.ts', import.meta.url), { serialization: 'json' });
      host.setMaxListeners(0);
      hosts.push(host);
    }
    // The first ones are whom the others join, so that not all of them hang on the publisher.
    const [first, ...others] = hosts;
    if (first === undefined) throw new Error('There is no process to host peers.');
    const known = [publisher.address, ...(await start(first, [publisher.address], share(0)))];
    await Promise.all(
      others.map((host, index) =>
        start(
          host,
          [0, 1, 2].map((step) => known[(index + step) % known.length] ?? ''),
          share(index + 1),
        ),
      ),
    );
    await Promise.all(hosts.map((host) => order(host, { do: 'mesh' }, 'meshed')));
    await delay(QUIET_MS);
    const samples: number[] = [];
    for (let index = 0; index < WARM_UP + ANNOUNCEMENTS; index++) {
      const took = await announce(publisher, hosts, index);
      if (index >= WARM_UP) samples.push(took);
      await providing(publisher);
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
    await Promise.all(hosts.map(stop));
    await publisher.stop();
  }
}

/** Milliseconds from the call to publish until the last peer knows. */
async function announce(publisher: WorkerPeer, hosts: readonly ChildProcess[], index: number): Promise<number> {
  const { draft, signature } = await publisher.signedDraft(`announced-${index}`);
  const all = lastLearnt(hosts);
  const began = Date.now();
  await publisher.engine.publish({ draft, signature });
  return (await all) - began;
}

/** When the last peer has learnt of one more package. */
function lastLearnt(hosts: readonly ChildProcess[]): Promise<number> {
  return new Promise((resolve, reject) => {
    let left = PEERS - 1;
    const end = (): void => {
      clearTimeout(patience);
      for (const host of hosts) host.off('message', heard);
    };
    const heard = (report: HostReport): void => {
      if (report.said !== 'learnt') return;
      left--;
      if (left > 0) return;
      end();
      resolve(report.at);
    };
    const patience = setTimeout(() => {
      end();
      reject(new Error(`${left} of ${PEERS - 1} peers did not learn of a package.`));
    }, PATIENCE_MS);
    for (const host of hosts) host.on('message', heard);
  });
}

/** Wait until the DHT was told of the package: what follows a publication is not to be in the way of the next one. */
async function providing(publisher: WorkerPeer): Promise<void> {
  const published = Date.now();
  for (;;) {
    const { tasks } = await publisher.engine.status({});
    const provide = tasks.find(({ name }) => name === 'provide');
    if (provide?.running === false && (provide.lastRun ?? 0) > published) return;
    await delay(100);
  }
}

/** Peers in the process of this index. */
function share(index: number): number {
  return Math.floor((PEERS - 1 + index) / HOSTS);
}

async function start(host: ChildProcess, bootstrap: readonly string[], count: number): Promise<readonly string[]> {
  const report = await order(host, { do: 'start', bootstrap, count }, 'started');
  return report.said === 'started' ? report.addresses : [];
}

/** Tell a host what to do, and wait until it says that it is done, at most three minutes. */
async function order(host: ChildProcess, what: HostOrder, done: HostReport['said']): Promise<HostReport> {
  const signal = AbortSignal.timeout(180_000);
  host.send(what);
  for (;;) {
    const [report] = (await once(host, 'message', { signal })) as [HostReport];
    if (report.said === done) return report;
  }
}

async function stop(host: ChildProcess): Promise<void> {
  if (host.exitCode !== null || !host.connected) return;
  const ended = once(host, 'exit');
  host.send({ do: 'stop' } satisfies HostOrder);
  const late = setTimeout(() => host.kill('SIGKILL'), 10_000);
  await ended;
  clearTimeout(late);
}
