/** Does what concerns one key one after the other, and what concerns different keys side by side. */
export class KeyLocks {
  readonly #tails = new Map<string, Promise<unknown>>();

  /** Whether something is under way for the key. */
  has(key: string): boolean {
    return this.#tails.has(key);
  }

  async run<T>(key: string, work: () => Promise<T>): Promise<T> {
    const before = this.#tails.get(key);
    const mine = before === undefined ? work() : before.then(work, work);
    const tail = mine.catch(() => undefined);
    this.#tails.set(key, tail);
    try {
      return await mine;
    } finally {
      if (this.#tails.get(key) === tail) this.#tails.delete(key);
    }
  }
}
