import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { delaysBesideBusyThreads, delaysDuring } from '../baselines/busy.ts';
import type { Delays } from '../baselines/busy.ts';
import { verifyMany } from '../baselines/verifications.ts';
import type { Figure, Round } from '../figure.ts';
import { WorkerPeer } from '../worker-peer.ts';

/** What the thread of the other peers is started with. */
export interface FloodOptions {
  readonly address: string;
  /** Peer id. */
  readonly receiver: string;
  readonly senders: number;
  /** In all. */
  readonly records: number;
}

/** Send of each peer's share the announcements in [from, to), in all so many a second. `by`: as said by the peers further on. */
export type FloodCommand =
  | {
      readonly type: 'send';
      readonly from: number;
      readonly to: number;
      readonly perSecond: number;
      readonly senderOffset: number;
    }
  | { readonly type: 'stop' };

/** Limits count per peer: so many peers that 2,000 a second stay below them, as in a network where each forwards a part. */
const SENDERS = 8;
const ROUNDS = 4;
/** Announcements of each peer in a round. */
const SHARE = 310;
/** Each peer's last announcements of a round are kept back: when they have come, all before them have. */
const MARKERS = 10;
const REPETITIONS = 4;
/** Announcements of each peer in one order. */
const BATCH_SIZE = 50;
/** New records that are under way at most. Beyond its limit of 2,000 a node drops what it gets, and sync brings it later. */
const MAX_UNDER_WAY = 1_200;
/** Above the goals, so that it is the receiver that sets the pace. */
const NEW_PER_SECOND = 6_000;
const KNOWN_PER_SECOND = 14_000;
const STALL_TIMEOUT_MS = 5_000;
const VERIFICATIONS = 1_000;
const BUSY_MS = 1_500;

/** What one kind of announcements did: milliseconds for a thousand, and the delay of this thread in that time. */
interface Phase extends Delays {
  readonly perThousand: number;
}

interface FloodRound {
  readonly fresh: Phase;
  readonly known: Phase;
  readonly verifications: number;
  readonly busy: Delays;
}

/**
 * One node, the built worker in its thread, and eight peers that announce to it as fast as it can take it. This thread is
 * where the extension host would be: it listens to the node's events, as views do.
 */
export async function measureFlood(): Promise<readonly Figure[]> {
  const receiver = await WorkerPeer.start([], ['announce']);
  const options: FloodOptions = {
    address: receiver.address,
    receiver: receiver.status.peerId ?? '',
    senders: SENDERS,
    records: ROUNDS * SHARE * SENDERS,
  };
  const thread = new Worker(new URL('./flood-peers.ts', import.meta.url), { workerData: options });
  try {
    await once(thread, 'message');
    const rounds: FloodRound[] = [];
    while (rounds.length < ROUNDS) rounds.push(await floodOnce(receiver, thread, rounds.length * SHARE));
    return figures(rounds);
  } finally {
    thread.postMessage({ type: 'stop' } satisfies FloodCommand);
    await once(thread, 'exit');
    await receiver.stop();
  }
}

/** New announcements, the same ones again, and what they are compared with. */
async function floodOnce(receiver: WorkerPeer, thread: Worker, from: number): Promise<FloodRound> {
  const last = from + SHARE - MARKERS;
  const fresh = await phase(receiver, thread, commands(from, last));
  const repeated = Array.from({ length: REPETITIONS }, (_, index): FloodCommand => ({
    type: 'send',
    from,
    to: last,
    perSecond: KNOWN_PER_SECOND,
    senderOffset: index + 1,
  }));
  const known = await phase(receiver, thread, [...repeated, ...commands(last, from + SHARE)]);
  const verifications = verifyMany(VERIFICATIONS);
  return { fresh, known, verifications, busy: await delaysBesideBusyThreads(BUSY_MS) };
}

/** Of each peer's share the new announcements in [from, to), cut into commands. */
function commands(from: number, to: number): FloodCommand[] {
  const starts = Array.from({ length: Math.ceil((to - from) / BATCH_SIZE) }, (_, index) => from + index * BATCH_SIZE);
  return starts.map((start) => ({
    type: 'send',
    from: start,
    to: Math.min(start + BATCH_SIZE, to),
    perSecond: NEW_PER_SECOND,
    senderOffset: 0,
  }));
}

const VERIFYING = '1,000 Ed25519 verifications';
const BESIDE_BUSY = 'beside two threads that verify signatures (p99)';

function figures(flood: readonly FloodRound[]): Figure[] {
  const of = (pair: (round: FloodRound) => readonly [number, number]): Round[] =>
    flood.map((round) => {
      const [value, baseline] = pair(round);
      return { value, baseline };
    });
  const figure = (
    title: string,
    rounds: readonly Round[],
    goal: Pick<Figure, 'baseline' | 'maxRatio' | 'aim'>,
  ): Figure => ({
    title,
    unit: 'ms',
    rounds,
    ...goal,
  });
  return [
    figure(
      'Announced: 1,000 new records',
      of(({ fresh, verifications }) => [fresh.perThousand, verifications]),
      { baseline: VERIFYING, maxRatio: 5.5, aim: 500 },
    ),
    figure(
      'Announced again: 1,000 known records',
      of(({ known, verifications }) => [known.perThousand, verifications]),
      { baseline: VERIFYING, maxRatio: 0.7, aim: 100 },
    ),
    figure(
      'Extension host delay, new (p99)',
      of(({ fresh, busy }) => [fresh.loop, busy.loop]),
      { baseline: BESIDE_BUSY, maxRatio: 1.7, aim: 16 },
    ),
    figure(
      'Extension host delay, known (p99)',
      of(({ known, busy }) => [known.loop, busy.loop]),
      { baseline: BESIDE_BUSY, maxRatio: 1.8, aim: 16 },
    ),
    figure(
      'Answer of the flooded node, new (p99)',
      of(({ fresh, busy }) => [fresh.answer, busy.answer]),
      { baseline: BESIDE_BUSY, maxRatio: 1.5, aim: 50 },
    ),
    figure(
      'Answer of the flooded node, known (p99)',
      of(({ known, busy }) => [known.answer, busy.answer]),
      { baseline: BESIDE_BUSY, maxRatio: 3, aim: 50 },
    ),
  ];
}

/** Give the orders, and wait until all that is new in them is known, or nothing comes any more. */
async function phase(receiver: WorkerPeer, thread: Worker, orders: readonly FloodCommand[]): Promise<Phase> {
  const arrivals = await Arrivals.watch(receiver);
  const began = performance.now();
  const delays = await delaysDuring(
    () => receiver.engine.installed({}),
    () => giveAll(orders, thread, arrivals),
  );
  arrivals.end();
  const repeated = orders.reduce((sum, command) => sum + (isNew(command) ? 0 : countOf(command)), 0);
  const count = repeated === 0 ? arrivals.count : repeated;
  return { ...delays, perThousand: ((arrivals.lastAt - began) * 1_000) / count };
}

async function giveAll(orders: readonly FloodCommand[], thread: Worker, arrivals: Arrivals): Promise<void> {
  let sent = 0;
  for (const order of orders) {
    while (isNew(order) && sent - arrivals.count > MAX_UNDER_WAY && arrivals.goOn) await delay(1);
    thread.postMessage(order);
    await once(thread, 'message');
    if (isNew(order)) sent += countOf(order);
    else arrivals.lastAt = performance.now();
  }
  while (arrivals.count < sent && arrivals.goOn) await delay(5);
  if (arrivals.count < sent) throw new Error(`Only ${arrivals.count} of ${sent} announcements were taken in.`);
}

function isNew(order: FloodCommand): boolean {
  return order.type === 'send' && order.senderOffset === 0;
}

function countOf(order: FloodCommand): number {
  return order.type === 'send' ? SENDERS * (order.to - order.from) : 0;
}

/** Counts the packages that a peer learns of. */
class Arrivals {
  count = 0;
  /** When the last one came. */
  lastAt = performance.now();
  readonly end: () => void;

  private constructor({ engine }: WorkerPeer, before: number) {
    this.end = engine.subscribe('packages', ({ counts }) => {
      if (counts.network - before === this.count) return;
      this.count = counts.network - before;
      this.lastAt = performance.now();
    });
  }

  static async watch(peer: WorkerPeer): Promise<Arrivals> {
    return new Arrivals(peer, (await peer.engine.status({})).counts.network);
  }

  /** Whether there is still hope for more. */
  get goOn(): boolean {
    return performance.now() - this.lastAt < STALL_TIMEOUT_MS;
  }
}
