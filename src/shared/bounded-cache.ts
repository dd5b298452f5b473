export interface CacheLimits {
  /** Most entries; the one used longest ago goes first. */
  readonly entries: number;
  /** Milliseconds after which an entry is forgotten; never, when left out. */
  readonly ttl?: number;
}

interface Entry<Value> {
  readonly value: Value;
  readonly until: number;
}

/** Least-recently-used cache with a bound on its size and on the age of what it holds. */
export class BoundedCache<Value> {
  readonly #limits: CacheLimits;
  readonly #now: () => number;
  /** A Map keeps the order of insertion, and what is used is inserted again. */
  readonly #entries = new Map<string, Entry<Value>>();

  /** @param now a clock in milliseconds; a monotonic one when left out */
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
    if (entry.until <= this.#now()) return undefined;
    this.#entries.set(key, entry);
    return entry.value;
  }

  set(key: string, value: Value): void {
    const { entries, ttl = Infinity } = this.#limits;
    this.#entries.delete(key);
    this.#entries.set(key, { value, until: this.#now() + ttl });
    const [oldest] = this.#entries.keys();
    if (this.#entries.size > entries && oldest !== undefined) this.#entries.delete(oldest);
  }

  delete(key: string): void {
    this.#entries.delete(key);
  }

  clear(): void {
    this.#entries.clear();
  }
}
