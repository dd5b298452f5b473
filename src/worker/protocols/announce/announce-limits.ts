import { TokenBuckets } from '../token-buckets.ts';

/** Messages of one peer: far above what people publish, far below what hurts. */
const MESSAGE_RATE_LIMIT = { capacity: 20_000, perSecond: 2_000 };
/** Milliseconds of verification for one peer: a full second at once, then half of every second at most. */
const WORK_RATE_LIMIT_MS = { capacity: 2_000, perSecond: 500 };
/** Records of one publisher that are new here: a whole catalog at once, then one in a few seconds. */
const RECORD_RATE_LIMIT = { capacity: 10_000, perSecond: 1 };
/** Announcements that wait for their turn, of all peers and of one. Each holds up to 64 KiB. */
const MAX_WAITING = 2_000;
const MAX_WAITING_PER_PEER = 500;

/** Bytes of the envelope before the publisher's key, and the key: field 1, its length, libp2p's key prefix, 32 bytes. */
const KEY_START = 6;
const KEY_END = 38;

/**
 * How much of announcing one peer and one publisher may ask of this node. What is over the limit is not forwarded and not
 * held against anybody: sync brings it later. Memory is bounded.
 */
export class AnnounceLimits {
  readonly #messages = new TokenBuckets(MESSAGE_RATE_LIMIT);
  readonly #work = new TokenBuckets(WORK_RATE_LIMIT_MS);
  readonly #records = new TokenBuckets(RECORD_RATE_LIMIT);
  readonly #waiting = new Map<string, number>();
  #allWaiting = 0;

  /** Whether a message may be looked at, before anything of it is. */
  isAllowed(peer: string, data: Uint8Array): boolean {
    return (
      this.#messages.take(peer) &&
      this.#work.has(peer) &&
      this.#records.has(publisherKey(data)) &&
      this.#allWaiting < MAX_WAITING &&
      (this.#waiting.get(peer) ?? 0) < MAX_WAITING_PER_PEER
    );
  }

  addWaiting(peer: string): void {
    this.#allWaiting++;
    this.#waiting.set(peer, (this.#waiting.get(peer) ?? 0) + 1);
  }

  removeWaiting(peer: string): void {
    this.#allWaiting--;
    const remaining = (this.#waiting.get(peer) ?? 1) - 1;
    if (remaining > 0) this.#waiting.set(peer, remaining);
    else this.#waiting.delete(peer);
  }

  /** A message was looked at. @param durationMs what that took */
  chargeWork(peer: string, durationMs: number): void {
    this.#work.spend(peer, durationMs);
  }

  /** The record was valid and new. Only then it counts for its publisher: nobody can use up what is another's. */
  chargeRecord(data: Uint8Array): void {
    this.#records.spend(publisherKey(data), 1);
  }
}

/** The publisher that the record names, unverified: a key to count under and nothing else. */
function publisherKey(data: Uint8Array): string {
  return Buffer.from(data.subarray(KEY_START, KEY_END)).toString('base64');
}
