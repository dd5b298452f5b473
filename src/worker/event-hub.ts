import { SNAPSHOT_EVENTS } from '../shared/events.ts';
import type { EngineEvents, EventName, LogLine } from '../shared/events.ts';
import type { NodeStatus, PackageCounts, PeerSummary } from '../shared/model.ts';

/** Shortest time between two snapshots of one kind: bursts are gathered, far above the cost of a snapshot. */
const PAUSE_MS = 50;
/** The first change after a pause is told almost at once; what belongs to the same change comes along. */
const FIRST_MS = 2;
/** More changed packages than this are not listed one by one. */
const MAX_CHANGED = 100;

type Listener<Name extends EventName> = (event: EngineEvents[Name]) => void;

/** What the snapshots are taken from. */
export interface SnapshotSource {
  peers(): readonly PeerSummary[];
  counts(): PackageCounts;
}

/** Hands events to listeners: versioned, in order, the newest snapshot first to whoever comes late. */
export class EventHub {
  readonly #source: SnapshotSource;
  readonly #listeners: { [Name in EventName]: Set<Listener<Name>> } = {
    node: new Set(),
    peers: new Set(),
    packages: new Set(),
    log: new Set(),
  };
  readonly #newest: Partial<EngineEvents> = {};
  readonly #changed = new Set<string>();
  readonly #pending = new Map<'peers' | 'packages', NodeJS.Timeout>();
  readonly #last: Record<'peers' | 'packages', number> = { peers: 0, packages: 0 };
  #version = 0;
  #closed = false;

  constructor(source: SnapshotSource) {
    this.#source = source;
  }

  subscribe<Name extends EventName>(name: Name, listener: Listener<Name>): () => void {
    this.#listeners[name].add(listener);
    const newest = this.#newest[name];
    if (newest !== undefined && SNAPSHOT_EVENTS.includes(name)) listener(newest);
    return () => {
      this.#listeners[name].delete(listener);
    };
  }

  node(status: NodeStatus): void {
    this.#emit('node', { version: this.#next(), status });
  }

  log(line: LogLine): void {
    this.#emit('log', { version: this.#next(), line });
  }

  /** Something about peers changed; a snapshot follows shortly. */
  peersChanged(): void {
    this.#gather('peers', () => {
      this.#emit('peers', { version: this.#next(), peers: this.#source.peers() });
    });
  }

  /** A package changed, or with no id: any number of them. A snapshot follows shortly. */
  packagesChanged(id?: string): void {
    if (id !== undefined) this.#changed.add(id);
    this.#gather('packages', () => {
      const changed = this.#changed.size > MAX_CHANGED ? [] : [...this.#changed];
      this.#changed.clear();
      this.#emit('packages', { version: this.#next(), counts: this.#source.counts(), changed });
    });
  }

  close(): void {
    this.#closed = true;
    for (const timer of this.#pending.values()) clearTimeout(timer);
    this.#pending.clear();
    for (const listeners of Object.values(this.#listeners)) listeners.clear();
  }

  #next(): number {
    return ++this.#version;
  }

  #gather(name: 'peers' | 'packages', emit: () => void): void {
    if (this.#closed || this.#pending.has(name)) return;
    const since = performance.now() - this.#last[name];
    const timer = setTimeout(
      () => {
        this.#pending.delete(name);
        this.#last[name] = performance.now();
        emit();
      },
      Math.max(FIRST_MS, PAUSE_MS - since),
    );
    this.#pending.set(name, timer);
  }

  #emit<Name extends EventName>(name: Name, event: EngineEvents[Name]): void {
    if (this.#closed) return;
    this.#newest[name] = event;
    for (const listener of this.#listeners[name]) listener(event);
  }
}
