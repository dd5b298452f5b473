import type { BlockRow } from './block-index.ts';

/** A use is noted when the last noted one is so long ago. */
const ACCESS_TIME_RESOLUTION_MS = 60_000;
/** Uses that are gathered before they are written. */
const MAX_PENDING_ACCESSES = 500;

/** When blocks were last used, gathered and written now and then: what a kill costs of it is a few minutes. */
export class AccessTracker {
  readonly #now: () => number;
  readonly #write: (pendingAccesses: ReadonlyMap<number, number>) => Promise<void>;
  #pendingAccesses = new Map<number, number>();

  constructor(now: () => number, write: (pendingAccesses: ReadonlyMap<number, number>) => Promise<void>) {
    this.#now = now;
    this.#write = write;
  }

  record({ id, used }: BlockRow): void {
    const now = this.#now();
    // A use in the future is that of a clock which has been set right since.
    if (Math.abs(now - used) < ACCESS_TIME_RESOLUTION_MS) return;
    this.#pendingAccesses.set(id, now);
    if (this.#pendingAccesses.size >= MAX_PENDING_ACCESSES) void this.flush();
  }

  /** Never rejects: on a full disk, the order in which blocks are evicted is not what matters. */
  async flush(): Promise<void> {
    const pendingAccesses = this.#pendingAccesses;
    if (pendingAccesses.size === 0) return;
    this.#pendingAccesses = new Map();
    await this.#write(pendingAccesses).catch(() => undefined);
  }
}
