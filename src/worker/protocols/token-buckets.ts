export interface BucketLimits {
  /** Tokens that may be spent at once. */
  readonly capacity: number;
  /** Tokens that are refilled per second. */
  readonly perSecond: number;
  /** Buckets that are kept; the least recently used one is dropped, and is full again when its key comes back. */
  readonly maxKeys?: number;
}

interface Bucket {
  level: number;
  updatedAt: number;
}

const MAX_KEYS = 10_000;

/** Token buckets, one per key, in bounded memory. A token may be a message, a byte or a millisecond. */
export class TokenBuckets {
  readonly #limits: BucketLimits;
  readonly #buckets = new Map<string, Bucket>();
  readonly #now: () => number;

  /** @param now clock in milliseconds, monotonic */
  constructor(limits: BucketLimits, now: () => number = () => performance.now()) {
    this.#limits = limits;
    this.#now = now;
  }

  /** Whether the key has any tokens left. */
  has(key: string): boolean {
    return this.#level(key) > 0;
  }

  /** Spends tokens, also more than are left: the key then has none until the debt is refilled. */
  spend(key: string, amount: number): void {
    const level = this.#level(key) - amount;
    this.#buckets.delete(key);
    this.#buckets.set(key, { level, updatedAt: this.#now() });
    if (this.#buckets.size <= (this.#limits.maxKeys ?? MAX_KEYS)) return;
    const [oldest] = this.#buckets.keys();
    if (oldest !== undefined) this.#buckets.delete(oldest);
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
