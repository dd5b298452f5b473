import { isDeepStrictEqual } from 'node:util';
import { errorMessage } from '../../shared/errors.ts';
import { EventFanOut } from '../../shared/event-fan-out.ts';
import type { EngineEvents, EventName } from '../../shared/events.ts';
import type { NodeStatus, PackageCounts, PeerSummary } from '../../shared/model.ts';

/** Shortest time between two snapshots of one kind, far above the cost of a snapshot: a burst of changes becomes one event. */
const MIN_INTERVAL_MS: Record<CoalescedEvent, number> = { peers: 250, packages: 50, forks: 50 };
/** Wait after the first change that follows a pause, so that its companions are part of the same event. */
const DEBOUNCE_MS = 2;
/** An event that would list more changed packages than this lists none. */
const MAX_CHANGED_IDS = 100;

/** Events whose bursts are gathered. */
type CoalescedEvent = 'peers' | 'packages' | 'forks';

/** What the snapshots are taken from. */
export interface SnapshotSource {
  peers(): readonly PeerSummary[];
  counts(): PackageCounts;
  /** Ids of the own packages that have unmerged forks. */
  forks(): readonly string[];
}

/** Turns changes into the engine's events: one snapshot per burst, and none that has no subscriber. */
export class EventHub {
  readonly #source: SnapshotSource;
  readonly #onError: (reason: string) => void;
  readonly #events: EventFanOut;
  readonly #changed = new Set<string>();
  readonly #pending = new Map<CoalescedEvent, NodeJS.Timeout>();
  readonly #lastEmittedAt: Record<CoalescedEvent, number> = { peers: 0, packages: 0, forks: 0 };
  /** Snapshots that were not taken, because there was no subscriber or reading failed. */
  readonly #stale = new Set<EventName>();
  #closed = false;

  /** @param onError called when a snapshot could not be taken; it follows with the next change */
  constructor(source: SnapshotSource, onError: (reason: string) => void, events = new EventFanOut()) {
    this.#source = source;
    this.#onError = onError;
    this.#events = events;
  }

  subscribe<Name extends EventName>(name: Name, listener: (event: EngineEvents[Name]) => void): () => void {
    if ((name === 'peers' || name === 'packages') && this.#stale.has(name)) this.#publishSnapshot(name);
    return this.#events.subscribe(name, listener);
  }

  node(status: NodeStatus): void {
    this.#events.publish('node', { status });
  }

  /** Something about peers changed; a snapshot follows shortly. */
  peersChanged(): void {
    this.#coalesce('peers', () => {
      this.#publishIfSubscribed('peers');
    });
  }

  /** A package changed, or without an id any number of them; a snapshot follows shortly. */
  packagesChanged(id?: string): void {
    if (id !== undefined && this.#changed.size <= MAX_CHANGED_IDS) this.#changed.add(id);
    this.#coalesce('packages', () => {
      this.#publishIfSubscribed('packages');
    });
  }

  /** An own package or a fork of it changed; a snapshot follows shortly if it differs from the last one. */
  forksChanged(): void {
    this.#coalesce('forks', () => {
      const ids = this.#tryRead(() => this.#source.forks());
      if (ids === undefined || isDeepStrictEqual(ids, this.#events.latest('forks')?.ids ?? [])) return;
      this.#events.publish('forks', { ids });
    });
  }

  close(): void {
    this.#closed = true;
    for (const timer of this.#pending.values()) clearTimeout(timer);
    this.#pending.clear();
    this.#events.close();
  }

  #publishIfSubscribed(name: 'peers' | 'packages'): void {
    if (this.#events.hasSubscribers(name)) this.#publishSnapshot(name);
    else this.#stale.add(name);
  }

  #publishSnapshot(name: 'peers' | 'packages'): void {
    // Stays stale when reading fails.
    this.#stale.add(name);
    if (name === 'peers') {
      const peers = this.#tryRead(() => this.#source.peers());
      if (peers === undefined) return;
      this.#stale.delete(name);
      this.#events.publish('peers', { peers });
    } else {
      const counts = this.#tryRead(() => this.#source.counts());
      if (counts === undefined) return;
      this.#stale.delete(name);
      const changed = this.#changed.size > MAX_CHANGED_IDS ? [] : [...this.#changed];
      this.#changed.clear();
      this.#events.publish('packages', { counts, changed });
    }
  }

  /** An error would be uncaught in a timer, and a subscriber must not fail because the database is damaged. */
  #tryRead<T>(read: () => T): T | undefined {
    try {
      return this.#closed ? undefined : read();
    } catch (error) {
      this.#onError(errorMessage(error));
      return undefined;
    }
  }

  #coalesce(name: CoalescedEvent, emit: () => void): void {
    if (this.#closed || this.#pending.has(name)) return;
    const elapsedMs = performance.now() - this.#lastEmittedAt[name];
    const timer = setTimeout(
      () => {
        this.#pending.delete(name);
        this.#lastEmittedAt[name] = performance.now();
        emit();
      },
      Math.max(DEBOUNCE_MS, MIN_INTERVAL_MS[name] - elapsedMs),
    );
    this.#pending.set(name, timer);
  }
}
