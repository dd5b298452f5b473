/** Does what concerns one key one after the other, and what concerns different keys side by side. */
export class KeyLocks {
  readonly #tails = new Map<string, Promise<unknown>>();

  /** Whether something is under way for the key. */
  has(key: string): boolean {
    return this.#tails.has(key);
  }

  /** @throws the signal's reason when it fires before the turn has come; else what `work` throws */
  async run<T>(key: string, work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    const turn = async (): Promise<T> => {
      signal?.throwIfAborted();
      return await work();
    };
    // What is kept never rejects.
    const mine = this.#tails.get(key)?.then(turn) ?? turn();
    const tail = mine.catch(() => undefined);
    this.#tails.set(key, tail);
    try {
      return await mine;
    } finally {
      if (this.#tails.get(key) === tail) this.#tails.delete(key);
    }
  }
}
