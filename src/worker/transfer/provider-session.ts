import { RAW } from '../dag/codecs.ts';
import type { BlockSession } from './transfer-types.ts';
import type { BlockRequest, TreeBlock } from './tree-blocks.ts';

/** What the first request asks for at most, in bytes; later ones what the provider sends in `REQUEST_MS`. */
const INITIAL_REQUEST_BYTES = 2 * 1024 * 1024;
const MIN_REQUEST_BYTES = 256 * 1024;
const MAX_REQUEST_BYTES = 8 * 1024 * 1024;
const TARGET_REQUEST_MS = 300;
const MAX_REQUEST_BLOCKS = 1_024;
/** Weight of the last second in the rate. */
const RATE_SMOOTHING_FACTOR = 0.3;
/** Work changes hands only where it is clear who is faster. */
const SLOWER_RATE_RATIO = 0.7;

/** A peer that may be asked. */
export interface ProviderCandidate {
  readonly peer: string;
  /** How often it failed, and how often it was busy. */
  failureCount: number;
  busyCount: number;
  /** By the monotonic clock, in milliseconds. */
  retryAt: number;
}

/** One provider at work: its session, its requests under way, and how fast it is. */
export class ProviderSession {
  readonly candidate: ProviderCandidate;
  readonly blockSession: BlockSession;
  readonly requests = new Set<BlockRequest>();
  readonly #startedAt = performance.now();
  #lastBlockAt = performance.now();
  #bytes = 0;
  /** Bytes per millisecond; undefined before it is known. */
  #rate: number | undefined;
  #sample = { at: performance.now(), bytes: 0 };

  constructor(candidate: ProviderCandidate, blockSession: BlockSession) {
    this.candidate = candidate;
    this.blockSession = blockSession;
  }

  get peer(): string {
    return this.candidate.peer;
  }

  /** Verified bytes that it sent. */
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
      // It was idle: what it did not send meanwhile is not held against it.
      this.#lastBlockAt = performance.now();
      this.#sample = { at: this.#lastBlockAt, bytes: 0 };
    }
    this.requests.add(request);
    return request;
  }

  endRequest(request: BlockRequest): void {
    this.requests.delete(request);
  }

  /** A verified block came. Returns the milliseconds since the one before it, or since it was asked. */
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

  /** Milliseconds since it sent a block, while it was asked for some. */
  msSinceLastBlock(): number {
    return this.requests.size === 0 ? 0 : performance.now() - this.#lastBlockAt;
  }

  /** Whether it is clear that the other one would be done sooner with what is asked here. */
  isSlowerThan(other: ProviderSession, stallTimeoutMs: number): boolean {
    if (this.msSinceLastBlock() > stallTimeoutMs) return true;
    return this.#throughput() < SLOWER_RATE_RATIO * other.#throughput();
  }

  /** What was asked here and has not come, in the order in which it will. */
  outstandingBlocks(): TreeBlock[] {
    return [...this.requests].flatMap(({ blocks }) => [...blocks.keys()]).filter(({ state }) => state === 'missing');
  }

  /** Bytes of leaves that were asked here and have not come: what a node leads to is asked for by itself. */
  get outstandingLeafBytes(): number {
    return this.outstandingBlocks().reduce((sum, { cid, size }) => (cid.code === RAW ? sum + size : sum), 0);
  }

  /**
   * What to ask next of all that nobody was asked for.
   *
   * @param providerCount how many providers want some of it
   * @param outstandingBytes bytes that are to come from this one and count against its share; when that is used up, nothing is chosen
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
