/** Lets work on one thing wait for the work on it that is under way. */
export class Serial {
  readonly #last = new Map<string, Promise<unknown>>();

  /** @throws the signal's reason when it fires before the turn has come; else what `work` throws */
  async run<T>(key: string, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    const before = this.#last.get(key) ?? Promise.resolve();
    const mine = before.then(async () => {
      signal.throwIfAborted();
      return await work();
    });
    const settled = mine.catch(() => undefined);
    this.#last.set(key, settled);
    try {
      return await mine;
    } finally {
      if (this.#last.get(key) === settled) this.#last.delete(key);
    }
  }
}
