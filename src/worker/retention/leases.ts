/** Releases a leased root: call it, or declare it with `using`. Further calls have no effect. */
export type Lease = (() => void) & Disposable;

/**
 * Content roots that operations in progress use: fetching, publishing, reading. Their blocks are not collected,
 * although they are not pinned. Leases exist in memory only, because operations end with the engine.
 */
export class Leases {
  readonly #counts = new Map<string, number>();
  readonly #onChange: () => void;

  /** @param onChange called when the first lease of a root begins, and when its last lease ends */
  constructor(onChange: () => void = () => undefined) {
    this.#onChange = onChange;
  }

  /** Protects every block below a root (a CID or its text) until the lease is released. */
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

  /** Leases several roots until the one lease is released. */
  leaseAll(roots: readonly { toString(): string }[]): Lease {
    const leases = roots.map((root) => this.lease(root));
    const release = (): void => {
      for (const releaseOne of leases) releaseOne();
    };
    return Object.assign(release, { [Symbol.dispose]: release });
  }

  /** Roots that are leased now, each once. */
  roots(): string[] {
    return [...this.#counts.keys()];
  }
}
