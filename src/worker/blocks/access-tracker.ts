import type { BlockRow } from './block-index.ts';

/** Resolution of access times: a later access is recorded only when the last recorded one is older than this. */
const ACCESS_TIME_RESOLUTION_MS = 60_000;
/** Access times that are gathered before they are written. */
const MAX_PENDING_ACCESSES = 500;

/** Gathers the access times of blocks and writes many at once. A killed process loses those of the last minutes. */
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
    // An access time in the future stems from a clock that was corrected since.
    if (Math.abs(now - used) < ACCESS_TIME_RESOLUTION_MS) return;
    this.#pendingAccesses.set(id, now);
    if (this.#pendingAccesses.size >= MAX_PENDING_ACCESSES) void this.flush();
  }

  /** Never rejects: the order of eviction does not matter while the disk is full. */
  async flush(): Promise<void> {
    const pendingAccesses = this.#pendingAccesses;
    if (pendingAccesses.size === 0) return;
    this.#pendingAccesses = new Map();
    await this.#write(pendingAccesses).catch(() => undefined);
  }
}
