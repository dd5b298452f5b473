import { isLie } from '../context.ts';
import type { NetworkContext } from '../context.ts';
import { asBytes, asCount, asMap } from '../frames.ts';
import type { Frames } from '../frames.ts';
import { Slices } from '../slices.ts';

/** Records handed over at once: one transaction each, and one more saved cursor. */
const BATCH = 64;
/** A batch is handed over after so long, full or not: what came is visible, and a cut costs little. */
const BATCH_MS = 50;

export interface Visit {
  readonly peer: string;
  readonly epoch: string;
  /** Position in the peer's log after which its answer begins. */
  readonly from: number;
  /** Epoch of this node's own database when `from` was read in it. */
  readonly own: string;
  /** A fresh bound for each wait. */
  readonly bound: () => AbortSignal;
}

interface Entry {
  readonly position: number;
  readonly envelope: Uint8Array;
  readonly serves: boolean;
}

/**
 * Take the entries of a peer's log as they come, in batches, and keep the position reached after each batch.
 *
 * @returns how many records were new here, and whether the peer has more to say
 */
export async function receiveLog(context: NetworkContext, frames: Frames, visit: Visit): Promise<Received> {
  const slices = new Slices();
  let position = visit.from;
  let learnt = 0;
  for (;;) {
    const batch = await readBatch(frames, position, visit.bound);
    const taken = await takeBatch(context, batch.entries, visit, slices);
    position = taken.position ?? position;
    learnt += taken.learnt;
    // A database that took the place of a damaged one has nothing of what came before.
    if (context.catalogue.db.epoch !== visit.own) throw new Error('The catalogue was begun anew');
    context.catalogue.peers.saveCursor(visit.peer, visit.epoch, position);
    if (taken.fault !== undefined) throw new Error(`A record is not valid: ${taken.fault}`);
    if (batch.error !== undefined) throw batch.error;
    // More without a step forward would be asked for without end.
    if (batch.ended) return { learnt, more: batch.more && position > visit.from };
  }
}

export interface Received {
  readonly learnt: number;
  readonly more: boolean;
}

interface Batch {
  readonly entries: readonly Entry[];
  readonly ended: boolean;
  readonly more: boolean;
  /** The stream ended in the middle: what came before is good all the same. */
  readonly error?: Error;
}

async function readBatch(frames: Frames, after: number, bound: () => AbortSignal): Promise<Batch> {
  const entries: Entry[] = [];
  const began = performance.now();
  let last = after;
  // One bound for the batch, not one per frame: ten thousand pending timers would be a burden of their own.
  const signal = bound();
  try {
    while (entries.length < BATCH && (entries.length === 0 || performance.now() - began < BATCH_MS)) {
      const frame = asMap(await frames.read(signal));
      if (frame['end'] === true) return { entries, ended: true, more: frame['more'] === true };
      const position = asCount(frame['p']);
      if (position <= last) throw new Error('The log does not move forward');
      entries.push({ position, envelope: asBytes(frame['record']), serves: frame['serves'] === true });
      last = position;
    }
    return { entries, ended: false, more: false };
  } catch (error) {
    return { entries, ended: true, more: false, error: error instanceof Error ? error : new Error(String(error)) };
  }
}

interface Taken {
  readonly learnt: number;
  /** Position of the last entry that was taken. */
  readonly position?: number;
  /** Why the entry after it was not. */
  readonly fault?: string;
}

async function takeBatch(
  context: NetworkContext,
  entries: readonly Entry[],
  { peer }: Visit,
  slices: Slices,
): Promise<Taken> {
  await slices.next();
  const results = await context.sink.takeMany(entries.map(({ envelope }) => envelope));
  let learnt = 0;
  let position: number | undefined;
  for (const [index, { serves, position: at }] of entries.entries()) {
    const result = results[index];
    if (result === undefined) break;
    if (result.outcome === 'refused') {
      if (isLie(result)) context.conduct.failure(peer, 'lie');
      return { learnt, fault: result.reason ?? '', ...(position === undefined ? {} : { position }) };
    }
    if (result.outcome === 'new' || result.outcome === 'newer') learnt++;
    if (result.publisher !== undefined && result.name !== undefined) {
      const { peers } = context.catalogue;
      if (serves) peers.addHolder(peer, result.publisher, result.name);
      else peers.removeHolder(peer, result.publisher, result.name);
    }
    position = at;
  }
  return { learnt, ...(position === undefined ? {} : { position }) };
}
