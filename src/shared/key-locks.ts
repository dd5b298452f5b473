/** Runs work for one key in order, one at a time, and work for different keys in parallel. */
export class KeyLocks {
  readonly #tails = new Map<string, Promise<unknown>>();

  /** Whether work for the key is running or waiting. */
  has(key: string): boolean {
    return this.#tails.has(key);
  }

  /** @throws the signal's reason when it fires before the work begins; otherwise the error of the work */
  async run<T>(key: string, work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    const turn = async (): Promise<T> => {
      signal?.throwIfAborted();
      return await work();
    };
    // The stored tail never rejects.
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
