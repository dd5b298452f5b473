import { yieldEvery } from '../../../shared/async.ts';
import { toError } from '../../../shared/errors.ts';
import type { Catalog } from '../../catalog/catalog.ts';
import type { PeerReputation } from '../../reputation/peer-reputation.ts';
import { isInvalidRecord } from '../shared/record-sink.ts';
import type { RecordSink } from '../shared/record-sink.ts';
import type { Frames } from '../wire/frames.ts';
import { MAX_BATCH_MS, MAX_BATCH_RECORDS } from './limits.ts';
import { decodeEntryOrEnd } from './wire.ts';
import type { LogEntry } from './wire.ts';

export interface ReceiveDeps {
  readonly catalog: {
    readonly db: { readonly epoch: string };
    readonly peers: Pick<Catalog['peers'], 'saveCursor' | 'addProvider' | 'removeProvider'>;
  };
  readonly sink: Pick<RecordSink, 'ingestMany'>;
  readonly peerReputation: Pick<PeerReputation, 'recordFailure'>;
}

export interface ReceiveOptions {
  readonly peer: string;
  /** Of the peer's database. */
  readonly epoch: string;
  /** Position in the peer's log after which its answer begins. */
  readonly from: number;
  /** Epoch of this node's own database at the time when `from` was read in it. */
  readonly ownEpoch: string;
  /** Returns a new bound for each wait. */
  readonly timeoutSignal: () => AbortSignal;
}

export interface ReceiveResult {
  /** Records that this node did not know. */
  readonly newRecords: number;
  readonly hasMore: boolean;
}

/** Receives the entries of a peer's log in batches, and saves the position that it reached after each batch. */
export async function receiveLog(deps: ReceiveDeps, frames: Frames, options: ReceiveOptions): Promise<ReceiveResult> {
  const { catalog } = deps;
  const yieldIfDue = yieldEvery();
  let position = options.from;
  let newRecords = 0;
  for (;;) {
    const batch = await readBatch(frames, position, options.timeoutSignal);
    await yieldIfDue();
    const ingested = await ingestBatch(deps, batch.entries, options.peer);
    position = ingested.position ?? position;
    newRecords += ingested.newRecords;
    // A database that replaced a damaged one lacks the records before this position.
    if (catalog.db.epoch !== options.ownEpoch) throw new Error('The catalog was reset');
    catalog.peers.saveCursor(options.peer, options.epoch, position);
    if (ingested.invalidReason !== undefined) throw new Error(`Invalid record: ${ingested.invalidReason}`);
    if (batch.error !== undefined) throw batch.error;
    // A peer that says `more` without moving forward would be asked without end.
    if (batch.ended) return { newRecords, hasMore: batch.hasMore && position > options.from };
  }
}

interface Batch {
  readonly entries: readonly LogEntry[];
  readonly ended: boolean;
  readonly hasMore: boolean;
  /** Why the stream ended early; the entries before that count all the same. */
  readonly error?: Error;
}

async function readBatch(frames: Frames, after: number, timeoutSignal: () => AbortSignal): Promise<Batch> {
  const entries: LogEntry[] = [];
  const startedAt = performance.now();
  let last = after;
  // One timer per batch: one per frame would leave thousands of them pending.
  const signal = timeoutSignal();
  try {
    while (
      entries.length < MAX_BATCH_RECORDS &&
      (entries.length === 0 || performance.now() - startedAt < MAX_BATCH_MS)
    ) {
      const frame = decodeEntryOrEnd(await frames.read(signal));
      if ('hasMore' in frame) return { entries, ended: true, hasMore: frame.hasMore };
      if (frame.position <= last) throw new Error('The log does not advance');
      entries.push(frame);
      last = frame.position;
    }
    return { entries, ended: false, hasMore: false };
  } catch (error) {
    return { entries, ended: true, hasMore: false, error: toError(error) };
  }
}

interface BatchResult {
  readonly newRecords: number;
  /** Of the last entry that was ingested. */
  readonly position?: number;
  /** Why the entry after it was refused. */
  readonly invalidReason?: string;
}

async function ingestBatch(
  { sink, catalog, peerReputation }: ReceiveDeps,
  entries: readonly LogEntry[],
  peer: string,
): Promise<BatchResult> {
  const results = await sink.ingestMany(entries.map(({ envelope }) => envelope));
  let newRecords = 0;
  let position: number | undefined;
  for (const [index, { isSeeding, position: entryPosition }] of entries.entries()) {
    const result = results[index];
    if (result === undefined) break;
    if (result.outcome === 'refused') {
      if (isInvalidRecord(result)) peerReputation.recordFailure(peer, 'invalid');
      return { newRecords, invalidReason: result.reason ?? '', ...(position === undefined ? {} : { position }) };
    }
    if (result.outcome === 'new' || result.outcome === 'newer') newRecords++;
    if (result.publisher !== undefined && result.name !== undefined) {
      if (isSeeding) catalog.peers.addProvider(peer, result.publisher, result.name);
      else catalog.peers.removeProvider(peer, result.publisher, result.name);
    }
    position = entryPosition;
  }
  return { newRecords, ...(position === undefined ? {} : { position }) };
}
