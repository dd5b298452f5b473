export interface CacheLimits {
  /** When there are more entries, the least recently used one is evicted. */
  readonly maxEntries: number;
  /** Milliseconds after which an entry expires, even if it is used; never when left out. */
  readonly ttlMs?: number;
}

interface CacheEntry<Value> {
  readonly value: Value;
  readonly expiresAt: number;
}

/** A least-recently-used cache whose size and age are bounded. */
export class BoundedCache<Value> {
  readonly #limits: CacheLimits;
  readonly #now: () => number;
  /** Least recently used first: a Map keeps the order of insertion, and an entry that is used is inserted again. */
  readonly #entries = new Map<string, CacheEntry<Value>>();

  /** @param now a clock in milliseconds; the monotonic one by default */
  constructor(limits: CacheLimits, now: () => number = () => performance.now()) {
    this.#limits = limits;
    this.#now = now;
  }

  get size(): number {
    return this.#entries.size;
  }

  get(key: string): Value | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    this.#entries.delete(key);
    if (entry.expiresAt <= this.#now()) return undefined;
    this.#entries.set(key, entry);
    return entry.value;
  }

  set(key: string, value: Value): void {
    const { maxEntries, ttlMs = Infinity } = this.#limits;
    this.#entries.delete(key);
    this.#entries.set(key, { value, expiresAt: this.#now() + ttlMs });
    const [oldest] = this.#entries.keys();
    if (this.#entries.size > maxEntries && oldest !== undefined) this.#entries.delete(oldest);
  }

  delete(key: string): void {
    this.#entries.delete(key);
  }

  clear(): void {
    this.#entries.clear();
  }
}
