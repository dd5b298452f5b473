import { RAW } from '../dag/codecs.ts';
import type { BlockSession } from './transfer-types.ts';
import type { BlockRequest, TreeBlock } from './tree-blocks.ts';

/** Size of the first request. Later requests have the size of what the provider sends in `TARGET_REQUEST_MS`. */
const INITIAL_REQUEST_BYTES = 2 * 1024 * 1024;
const MIN_REQUEST_BYTES = 256 * 1024;
const MAX_REQUEST_BYTES = 8 * 1024 * 1024;
const TARGET_REQUEST_MS = 300;
const MAX_REQUEST_BLOCKS = 1_024;
/** Weight of the latest sample in the exponential moving average of the rate. */
const RATE_SMOOTHING_FACTOR = 0.3;
/** Work is stolen only from a session whose rate is below this share of the other's. */
const SLOWER_RATE_RATIO = 0.7;

/** A peer that may be asked for blocks. */
export interface ProviderCandidate {
  readonly peer: string;
  /** Number of failed requests, and of busy answers, in this transfer. */
  failureCount: number;
  busyCount: number;
  /** Earliest time of the next session, by `performance.now`. */
  retryAt: number;
}

/** A session with one provider: its pending requests, and its measured rate. */
export class ProviderSession {
  readonly candidate: ProviderCandidate;
  readonly blockSession: BlockSession;
  readonly requests = new Set<BlockRequest>();
  readonly #startedAt = performance.now();
  #lastBlockAt = performance.now();
  #bytes = 0;
  /** Bytes per millisecond; undefined before the first sample. */
  #rate: number | undefined;
  #sample = { at: performance.now(), bytes: 0 };

  constructor(candidate: ProviderCandidate, blockSession: BlockSession) {
    this.candidate = candidate;
    this.blockSession = blockSession;
  }

  get peer(): string {
    return this.candidate.peer;
  }

  /** Verified bytes that the provider sent. */
  get bytes(): number {
    return this.#bytes;
  }

  close(): void {
    this.blockSession.close();
  }

  startRequest(): BlockRequest {
    const request: BlockRequest = {
      peer: this.peer,
      blocks: new Map(),
      explicitBlocks: new Set(),
      receivedKeys: new Set(),
    };
    if (this.requests.size === 0) {
      // The session was idle: that time counts neither as a stall nor for the rate.
      this.#lastBlockAt = performance.now();
      this.#sample = { at: this.#lastBlockAt, bytes: 0 };
    }
    this.requests.add(request);
    return request;
  }

  endRequest(request: BlockRequest): void {
    this.requests.delete(request);
  }

  /** Counts a verified block. Returns the milliseconds since the previous block, or since the request. */
  received(bytes: number): number {
    const now = performance.now();
    const responseMs = now - this.#lastBlockAt;
    this.#lastBlockAt = now;
    this.#bytes += bytes;
    this.#sample.bytes += bytes;
    const elapsedMs = now - this.#sample.at;
    if (elapsedMs >= 100) {
      const rate = this.#sample.bytes / elapsedMs;
      this.#rate = this.#rate === undefined ? rate : this.#rate + RATE_SMOOTHING_FACTOR * (rate - this.#rate);
      this.#sample = { at: now, bytes: 0 };
    }
    return responseMs;
  }

  /** Milliseconds since the last block or the first request; 0 while no request is pending. */
  msSinceLastBlock(): number {
    return this.requests.size === 0 ? 0 : performance.now() - this.#lastBlockAt;
  }

  /** Whether the other session would clearly finish the requests of this one sooner. */
  isSlowerThan(other: ProviderSession, stallTimeoutMs: number): boolean {
    if (this.msSinceLastBlock() > stallTimeoutMs) return true;
    return this.#throughput() < SLOWER_RATE_RATIO * other.#throughput();
  }

  /** Requested blocks that have not arrived, in the order in which the provider sends them. */
  outstandingBlocks(): TreeBlock[] {
    return [...this.requests].flatMap(({ blocks }) => [...blocks.keys()]).filter(({ state }) => state === 'missing');
  }

  /**
   * Bytes of requested leaves that have not arrived. Nodes do not count: their size is that of the leaves below them.
   */
  get outstandingLeafBytes(): number {
    return this.outstandingBlocks().reduce((sum, { cid, size }) => (cid.code === RAW ? sum + size : sum), 0);
  }

  /**
   * Selects the blocks of the next request.
   *
   * @param unrequested blocks that no provider is asked for
   * @param providerCount number of providers that share them
   * @param outstandingBytes bytes requested from this provider that count against its share; when the share is used up,
   *   the batch is empty
   */
  selectBatch(unrequested: ReadonlySet<TreeBlock>, providerCount: number, outstandingBytes = 0): TreeBlock[] {
    const eligible: TreeBlock[] = [];
    let eligibleBytes = 0;
    for (const block of unrequested) {
      if (block.peersWithout.has(this.peer)) continue;
      eligible.push(block);
      eligibleBytes += block.size;
    }
    const remainingBytes = (eligibleBytes + outstandingBytes) / providerCount - outstandingBytes;
    if (outstandingBytes > 0 && remainingBytes <= 0) return [];
    const limit = Math.max(MIN_REQUEST_BYTES, Math.min(this.#targetBatchBytes(), remainingBytes));
    const batch: TreeBlock[] = [];
    let bytes = 0;
    for (const block of eligible) {
      batch.push(block);
      bytes += block.size;
      if (bytes >= limit || batch.length >= MAX_REQUEST_BLOCKS) break;
    }
    return batch;
  }

  #targetBatchBytes(): number {
    return this.#rate === undefined
      ? INITIAL_REQUEST_BYTES
      : Math.min(MAX_REQUEST_BYTES, this.#rate * TARGET_REQUEST_MS);
  }

  #throughput(): number {
    return this.#rate ?? this.#bytes / (performance.now() - this.#startedAt + 1);
  }
}
