/** Lets go of what is held: call it, or declare it with `using`. Doing so twice does nothing more. */
export type Lease = (() => void) & Disposable;

/**
 * Content that something under way works with: fetched, published, read. Nothing of it may be removed meanwhile, although
 * no pin names it yet. Holds live in memory: what they protect ends with the engine.
 */
export class Leases {
  readonly #counts = new Map<string, number>();
  readonly #onChange: () => void;

  /** @param onChange called when a root begins to be held, and when nobody holds it any more */
  constructor(onChange: () => void = () => undefined) {
    this.#onChange = onChange;
  }

  /** Hold everything below a root (a CID or its text) until the returned function is called. */
  lease(root: { toString(): string }): Lease {
    const key = root.toString();
    const before = this.#counts.get(key) ?? 0;
    this.#counts.set(key, before + 1);
    if (before === 0) this.#onChange();
    let active = true;
    const release = (): void => {
      if (!active) return;
      active = false;
      const remaining = (this.#counts.get(key) ?? 1) - 1;
      if (remaining > 0) {
        this.#counts.set(key, remaining);
        return;
      }
      this.#counts.delete(key);
      this.#onChange();
    };
    return Object.assign(release, { [Symbol.dispose]: release });
  }

  /** Roots that are held now, each once. */
  roots(): string[] {
    return [...this.#counts.keys()];
  }
}
