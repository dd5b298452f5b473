import { TokenBuckets } from '../shared/token-buckets.ts';
import {
  MAX_WAITING,
  MAX_WAITING_PER_PEER,
  MESSAGE_RATE_LIMIT,
  RECORD_RATE_LIMIT,
  WORK_RATE_LIMIT_MS,
} from './limits.ts';

/** Where the publisher's key is in an envelope: field 1, its length, libp2p's key prefix, then 32 bytes. */
const KEY_START = 6;
const KEY_END = 38;

/**
 * Bounds the work that one peer and one publisher may cause by announcements. A message over a limit is neither forwarded nor
 * held against its sender: sync brings the record later. Memory is bounded.
 */
export class AnnounceLimits {
  readonly #messages = new TokenBuckets(MESSAGE_RATE_LIMIT);
  readonly #work = new TokenBuckets(WORK_RATE_LIMIT_MS);
  readonly #records = new TokenBuckets(RECORD_RATE_LIMIT);
  readonly #waiting = new Map<string, number>();
  #allWaiting = 0;

  /** Whether a message may be validated. Costs next to nothing. */
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

  /** Charges a peer for the validation of its message. @param durationMs what that takes */
  chargeWork(peer: string, durationMs: number): void {
    this.#work.spend(peer, durationMs);
  }

  /** Charges the publisher of a valid new record. Invalid ones cost it nothing: other peers could use up its limit. */
  chargeRecord(data: Uint8Array): void {
    this.#records.spend(publisherKey(data), 1);
  }
}

/** The publisher that the record names, unverified: good enough as a key of a counter. */
function publisherKey(data: Uint8Array): string {
  return Buffer.from(data.subarray(KEY_START, KEY_END)).toString('base64');
}
