import type { BlockRow } from './block-index.ts';

/** A use is noted when the last noted one is so long ago. */
const GRAIN_MS = 60_000;
/** Uses that are gathered before they are written. */
const KEPT = 500;

/** When blocks were last used, gathered and written now and then: what a kill costs of it is a few minutes. */
export class Uses {
  readonly #now: () => number;
  readonly #write: (uses: ReadonlyMap<number, number>) => Promise<void>;
  #uses = new Map<number, number>();

  constructor(now: () => number, write: (uses: ReadonlyMap<number, number>) => Promise<void>) {
    this.#now = now;
    this.#write = write;
  }

  note({ id, used }: BlockRow): void {
    const now = this.#now();
    // A use in the future is that of a clock which has been set right since.
    if (Math.abs(now - used) < GRAIN_MS) return;
    this.#uses.set(id, now);
    if (this.#uses.size >= KEPT) void this.flush();
  }

  /** Never rejects: on a full disk, the order in which blocks are evicted is not what matters. */
  async flush(): Promise<void> {
    const uses = this.#uses;
    if (uses.size === 0) return;
    this.#uses = new Map();
    await this.#write(uses).catch(() => undefined);
  }
}
