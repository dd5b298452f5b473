import { BoundedCache } from '../../../shared/bounded-cache.ts';

export interface BucketLimits {
  /** Tokens that may be spent at once. */
  readonly capacity: number;
  /** Tokens that are refilled per second. */
  readonly perSecond: number;
  /** Buckets that are kept; the least recently used one is dropped, and is full again when its key comes back. */
  readonly maxKeys?: number;
}

interface Bucket {
  readonly level: number;
  readonly updatedAt: number;
}

const MAX_KEYS = 10_000;

/** Token buckets, one per key, in bounded memory. A token may be a message, a byte or a millisecond. */
export class TokenBuckets {
  readonly #limits: BucketLimits;
  readonly #buckets: BoundedCache<Bucket>;
  readonly #now: () => number;

  /** @param now clock in milliseconds, monotonic */
  constructor(limits: BucketLimits, now: () => number = () => performance.now()) {
    this.#limits = limits;
    this.#buckets = new BoundedCache({ maxEntries: limits.maxKeys ?? MAX_KEYS }, now);
    this.#now = now;
  }

  /** Whether the key has any tokens left. */
  has(key: string): boolean {
    return this.#level(key) > 0;
  }

  /** Spends tokens, also more than are left: the key then has none until the debt is refilled. */
  spend(key: string, amount: number): void {
    this.#buckets.set(key, { level: this.#level(key) - amount, updatedAt: this.#now() });
  }

  /** Spends tokens if any are left, and returns whether it did. */
  take(key: string, amount = 1): boolean {
    if (!this.has(key)) return false;
    this.spend(key, amount);
    return true;
  }

  get size(): number {
    return this.#buckets.size;
  }

  #level(key: string): number {
    const { capacity, perSecond } = this.#limits;
    const bucket = this.#buckets.get(key);
    if (bucket === undefined) return capacity;
    return Math.min(capacity, bucket.level + ((this.#now() - bucket.updatedAt) * perSecond) / 1000);
  }
}
