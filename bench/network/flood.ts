import { once } from 'node:events';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import type { Figure } from '../figure.ts';
import { rawVerifications } from '../ingest.ts';
import { WorkerPeer } from '../worker-peer.ts';
import { percentile } from './percentile.ts';

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
const RECORDS = 10_000;
/** Each peer's last announcements are kept back: when they have come, all before them have. */
const MARKERS = 10;
const SHARE = RECORDS / SENDERS;
const REPETITIONS = 4;
/** Announcements of each peer in one order. */
const BATCH_SIZE = 50;
/** New records that are under way at most. Beyond its limit of 2,000 a node drops what it gets, and sync brings it later. */
const MAX_IN_FLIGHT = 1_200;
/** Above the goals, so that it is the receiver that sets the pace. */
const NEW_PER_SECOND = 6_000;
const KNOWN_PER_SECOND = 14_000;
const STALL_TIMEOUT_MS = 5_000;

interface Phase {
  readonly seconds: number;
  readonly ingested: number;
  readonly mainDelayMs: number;
  readonly answerDelayMs: number;
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
    records: RECORDS,
  };
  const thread = new Worker(new URL('./flood-peers.ts', import.meta.url), { workerData: options });
  try {
    await once(thread, 'message');
    const verifications = rawVerifications();
    const last = SHARE - MARKERS;
    const fresh = await phase(receiver, thread, SENDERS * last, commands(0, last));
    const repeated = Array.from({ length: REPETITIONS }, (_, index): FloodCommand => ({
      type: 'send',
      from: 0,
      to: last,
      perSecond: KNOWN_PER_SECOND,
      senderOffset: index + 1,
    }));
    const known = await phase(receiver, thread, SENDERS * MARKERS, [...repeated, ...commands(last, SHARE)]);
    return figures(verifications, fresh, known, REPETITIONS * SENDERS * last);
  } finally {
    thread.postMessage({ type: 'stop' } satisfies FloodCommand);
    await once(thread, 'exit');
    await receiver.stop();
  }
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

function figures(verifications: number, fresh: Phase, known: Phase, duplicates: number): Figure[] {
  const baseline = { title: '1,000 Ed25519 verifications', value: 1e6 / verifications };
  const perThousand = (count: number, { seconds }: Phase): number => (seconds * 1e6) / count;
  const idle = { title: 'a frame of 16 ms', value: 16 };
  return [
    {
      title: 'Announced: 1,000 new records',
      unit: 'ms',
      value: perThousand(fresh.ingested, fresh),
      goal: 500,
      baseline,
    },
    {
      title: 'Announced again: 1,000 known records',
      unit: 'ms',
      value: perThousand(duplicates, known),
      goal: 100,
      baseline,
    },
    { title: 'Extension host delay, new (p99)', unit: 'ms', value: fresh.mainDelayMs, goal: 16, baseline: idle },
    { title: 'Extension host delay, known (p99)', unit: 'ms', value: known.mainDelayMs, goal: 16, baseline: idle },
    {
      title: 'Answer of the flooded node, new (p99)',
      unit: 'ms',
      value: fresh.answerDelayMs,
      goal: 50,
      baseline: idle,
    },
    {
      title: 'Answer of the flooded node, known (p99)',
      unit: 'ms',
      value: known.answerDelayMs,
      goal: 50,
      baseline: idle,
    },
  ];
}

/** Send and wait until so many more packages are known, or nothing comes any more. */
async function phase(
  receiver: WorkerPeer,
  thread: Worker,
  expected: number,
  commands: readonly FloodCommand[],
): Promise<Phase> {
  const before = (await receiver.engine.status({})).counts.network;
  let ingested = before;
  let changedAt = performance.now();
  const end = receiver.engine.subscribe('packages', ({ counts }) => {
    if (counts.network === ingested) return;
    ingested = counts.network;
    changedAt = performance.now();
  });
  const answers = new AbortController();
  const sampling = sampleAnswers(receiver, answers.signal);
  const histogram = monitorEventLoopDelay({ resolution: 1 });
  histogram.enable();
  const began = performance.now();
  let sent = 0;
  for (const command of commands) {
    const isNew = command.type === 'send' && command.senderOffset === 0;
    while (isNew && sent - (ingested - before) > MAX_IN_FLIGHT && performance.now() - changedAt < STALL_TIMEOUT_MS)
      await delay(1);
    thread.postMessage(command);
    await once(thread, 'message');
    if (isNew) sent += SENDERS * (command.to - command.from);
    else changedAt = performance.now();
  }
  while (ingested - before < expected && performance.now() - changedAt < STALL_TIMEOUT_MS) await delay(5);
  if (ingested - before < expected)
    throw new Error(`Only ${ingested - before} of ${expected} announcements were taken in.`);
  histogram.disable();
  answers.abort();
  end();
  return {
    seconds: (changedAt - began) / 1_000,
    ingested: ingested - before,
    mainDelayMs: histogram.percentile(99) / 1e6,
    answerDelayMs: percentile(await sampling, 0.99),
  };
}

/** How long the node takes for the smallest answer: its event loop's delay, as whoever asks it feels it. */
async function sampleAnswers({ engine }: WorkerPeer, stop: AbortSignal): Promise<number[]> {
  const samples: number[] = [];
  while (!stop.aborted) {
    const began = performance.now();
    await engine.installed({});
    samples.push(performance.now() - began);
    await delay(5);
  }
  return samples;
}
