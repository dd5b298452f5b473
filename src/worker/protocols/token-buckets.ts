export interface BucketLimits {
  /** What may be spent at once. */
  readonly capacity: number;
  /** What comes back. */
  readonly perSecond: number;
  /** Keys that are remembered; the one unused for longest is forgotten, and begins full again. */
  readonly maxKeys?: number;
}

interface Bucket {
  level: number;
  updatedAt: number;
}

const MAX_KEYS = 10_000;

/** Token buckets, one per key, in bounded memory. What they count (messages, milliseconds) is the caller's affair. */
export class TokenBuckets {
  readonly #limits: BucketLimits;
  readonly #buckets = new Map<string, Bucket>();
  readonly #now: () => number;

  /** @param now clock in milliseconds, monotonic */
  constructor(limits: BucketLimits, now: () => number = () => performance.now()) {
    this.#limits = limits;
    this.#now = now;
  }

  /** Whether anything is left for this key. */
  has(key: string): boolean {
    return this.#level(key) > 0;
  }

  /** Spend, also more than is left: then the key has to wait until it is out of debt. */
  spend(key: string, amount: number): void {
    const level = this.#level(key) - amount;
    this.#buckets.delete(key);
    this.#buckets.set(key, { level, updatedAt: this.#now() });
    if (this.#buckets.size <= (this.#limits.maxKeys ?? MAX_KEYS)) return;
    const [oldest] = this.#buckets.keys();
    if (oldest !== undefined) this.#buckets.delete(oldest);
  }

  /** Spend if anything is left. */
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
