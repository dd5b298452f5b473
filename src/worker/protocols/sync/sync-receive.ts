import { yieldEvery } from '../../../shared/async.ts';
import { isInvalidRecord } from '../context.ts';
import type { NetworkContext } from '../context.ts';
import { asBytes, asCount, asMap } from '../frames.ts';
import type { Frames } from '../frames.ts';

/** Records handed over at once: one transaction each, and one more saved cursor. */
const BATCH_SIZE = 64;
/** A batch is handed over after so long, full or not: what came is visible, and a cut costs little. */
const MAX_BATCH_MS = 50;

export interface ReceiveOptions {
  readonly peer: string;
  readonly epoch: string;
  /** Position in the peer's log after which its answer begins. */
  readonly from: number;
  /** Epoch of this node's own database when `from` was read in it. */
  readonly ownEpoch: string;
  /** A fresh bound for each wait. */
  readonly timeoutSignal: () => AbortSignal;
}

interface ReceivedLogEntry {
  readonly position: number;
  readonly envelope: Uint8Array;
  readonly isSeeding: boolean;
}

/**
 * Take the entries of a peer's log as they come, in batches, and keep the position reached after each batch.
 *
 * @returns how many records were new here, and whether the peer has more to say
 */
export async function receiveLog(
  context: NetworkContext,
  frames: Frames,
  options: ReceiveOptions,
): Promise<ReceiveResult> {
  const yieldIfDue = yieldEvery();
  let position = options.from;
  let newRecords = 0;
  for (;;) {
    const batch = await readBatch(frames, position, options.timeoutSignal);
    const ingested = await ingestBatch(context, batch.entries, options, yieldIfDue);
    position = ingested.position ?? position;
    newRecords += ingested.newRecords;
    // A database that took the place of a damaged one has nothing of what came before.
    if (context.catalog.db.epoch !== options.ownEpoch) throw new Error('The catalog was reset');
    context.catalog.peers.saveCursor(options.peer, options.epoch, position);
    if (ingested.invalidReason !== undefined) throw new Error(`Invalid record: ${ingested.invalidReason}`);
    if (batch.error !== undefined) throw batch.error;
    // More without a step forward would be asked for without end.
    if (batch.ended) return { newRecords, hasMore: batch.hasMore && position > options.from };
  }
}

export interface ReceiveResult {
  readonly newRecords: number;
  readonly hasMore: boolean;
}

interface Batch {
  readonly entries: readonly ReceivedLogEntry[];
  readonly ended: boolean;
  readonly hasMore: boolean;
  /** The stream ended in the middle: what came before is good all the same. */
  readonly error?: Error;
}

async function readBatch(frames: Frames, after: number, timeoutSignal: () => AbortSignal): Promise<Batch> {
  const entries: ReceivedLogEntry[] = [];
  const began = performance.now();
  let last = after;
  // One bound for the batch, not one per frame: ten thousand pending timers would be a burden of their own.
  const signal = timeoutSignal();
  try {
    while (entries.length < BATCH_SIZE && (entries.length === 0 || performance.now() - began < MAX_BATCH_MS)) {
      const frame = asMap(await frames.read(signal));
      if (frame['end'] === true) return { entries, ended: true, hasMore: frame['more'] === true };
      const position = asCount(frame['p']);
      if (position <= last) throw new Error('The log does not advance');
      entries.push({ position, envelope: asBytes(frame['record']), isSeeding: frame['serves'] === true });
      last = position;
    }
    return { entries, ended: false, hasMore: false };
  } catch (error) {
    return { entries, ended: true, hasMore: false, error: error instanceof Error ? error : new Error(String(error)) };
  }
}

interface BatchResult {
  readonly newRecords: number;
  /** Position of the last entry that was taken. */
  readonly position?: number;
  /** Why the entry after it was not. */
  readonly invalidReason?: string;
}

async function ingestBatch(
  context: NetworkContext,
  entries: readonly ReceivedLogEntry[],
  { peer }: ReceiveOptions,
  yieldIfDue: () => Promise<void>,
): Promise<BatchResult> {
  await yieldIfDue();
  const results = await context.sink.ingestMany(entries.map(({ envelope }) => envelope));
  let newRecords = 0;
  let position: number | undefined;
  for (const [index, { isSeeding, position: entryPosition }] of entries.entries()) {
    const result = results[index];
    if (result === undefined) break;
    if (result.outcome === 'refused') {
      if (isInvalidRecord(result)) context.peerReputation.recordFailure(peer, 'invalid');
      return { newRecords, invalidReason: result.reason ?? '', ...(position === undefined ? {} : { position }) };
    }
    if (result.outcome === 'new' || result.outcome === 'newer') newRecords++;
    if (result.publisher !== undefined && result.name !== undefined) {
      const { peers } = context.catalog;
      if (isSeeding) peers.addProvider(peer, result.publisher, result.name);
      else peers.removeProvider(peer, result.publisher, result.name);
    }
    position = entryPosition;
  }
  return { newRecords, ...(position === undefined ? {} : { position }) };
}
