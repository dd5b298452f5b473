import { isDeepStrictEqual } from 'node:util';
import { errorMessage } from '../../shared/errors.ts';
import { SNAPSHOT_EVENTS } from '../../shared/events.ts';
import type { EngineEvents, EventName, LogLine } from '../../shared/events.ts';
import type { NodeStatus, PackageCounts, PeerSummary } from '../../shared/model.ts';

/** Shortest time between two snapshots of one kind: bursts are gathered, far above the cost of a snapshot. */
const PAUSE_MS: Record<Gathered, number> = { peers: 250, packages: 50, forks: 50 };
/** The first change after a pause is told almost at once; what belongs to the same change comes along. */
const FIRST_MS = 2;
/** More changed packages than this are not listed one by one. */
const MAX_CHANGED = 100;

type Listener<Name extends EventName> = (event: EngineEvents[Name]) => void;

/** Events of which bursts are gathered. */
type Gathered = 'peers' | 'packages' | 'forks';

/** Log lines from before anybody listened: an engine that has just been made may have something to say. */
const MAX_EARLY_LINES = 100;

/** What the snapshots are taken from. */
export interface SnapshotSource {
  peers(): readonly PeerSummary[];
  counts(): PackageCounts;
  /** Own packages that have grown apart. */
  forks(): readonly string[];
}

/** Hands events to listeners: versioned, in order, the newest snapshot first to whoever comes late. */
export class EventHub {
  readonly #source: SnapshotSource;
  readonly #complain: (why: string) => void;
  readonly #listeners: { [Name in EventName]: Set<Listener<Name>> } = {
    node: new Set(),
    peers: new Set(),
    packages: new Set(),
    forks: new Set(),
    log: new Set(),
  };
  readonly #newest: Partial<EngineEvents> = {};
  readonly #changed = new Set<string>();
  readonly #pending = new Map<Gathered, NodeJS.Timeout>();
  readonly #last: Record<Gathered, number> = { peers: 0, packages: 0, forks: 0 };
  readonly #early: EngineEvents['log'][] = [];
  /** Snapshots that were not taken, because nobody listened or they could not be. */
  readonly #omitted = new Set<'peers' | 'packages'>();
  #version = 0;
  #closed = false;

  /** @param complain called when a snapshot could not be taken; it follows with the next change */
  constructor(source: SnapshotSource, complain: (why: string) => void) {
    this.#source = source;
    this.#complain = complain;
  }

  subscribe<Name extends EventName>(name: Name, listener: Listener<Name>): () => void {
    this.#listeners[name].add(listener);
    const newest = this.#newest[name];
    if ((name === 'peers' || name === 'packages') && this.#omitted.delete(name)) this.#snapshot(name);
    else if (newest !== undefined && SNAPSHOT_EVENTS.includes(name)) listener(newest);
    if (name === 'log') this.#tellEarly();
    return () => {
      this.#listeners[name].delete(listener);
    };
  }

  node(status: NodeStatus): void {
    this.#emit('node', { version: this.#next(), status });
  }

  log(line: LogLine): void {
    const event = { version: this.#next(), line };
    if (this.#listeners.log.size === 0 && this.#early.length < MAX_EARLY_LINES) this.#early.push(event);
    else this.#emit('log', event);
  }

  #tellEarly(): void {
    for (const event of this.#early.splice(0)) this.#emit('log', event);
  }

  /** Something about peers changed; a snapshot follows shortly. */
  peersChanged(): void {
    this.#gather('peers', () => {
      this.#snapshot('peers');
    });
  }

  /** A package changed, or with no id: any number of them. A snapshot follows shortly. */
  packagesChanged(id?: string): void {
    if (id !== undefined && this.#changed.size <= MAX_CHANGED) this.#changed.add(id);
    this.#gather('packages', () => {
      this.#snapshot('packages');
    });
  }

  /** An own package changed, or another machine's record of it came. A snapshot follows shortly, if it is another one. */
  forksChanged(): void {
    this.#gather('forks', () => {
      const ids = this.#take(() => this.#source.forks());
      if (ids === undefined || isDeepStrictEqual(ids, this.#newest.forks?.ids ?? [])) return;
      this.#emit('forks', { version: this.#next(), ids });
    });
  }

  /** Tell how things are, unless nobody listens: then whoever comes first is told. */
  #snapshot(name: 'peers' | 'packages'): void {
    if (this.#listeners[name].size === 0) {
      this.#omitted.add(name);
    } else if (name === 'peers') {
      const peers = this.#take(() => this.#source.peers());
      if (peers === undefined) this.#omitted.add(name);
      else this.#emit('peers', { version: this.#next(), peers });
    } else {
      const counts = this.#take(() => this.#source.counts());
      if (counts === undefined) {
        this.#omitted.add(name);
        return;
      }
      const changed = this.#changed.size > MAX_CHANGED ? [] : [...this.#changed];
      this.#changed.clear();
      this.#emit('packages', { version: this.#next(), counts, changed });
    }
  }

  /** Of a timer nobody would catch it, and whoever subscribes is not to suffer from a database that is damaged. */
  #take<T>(from: () => T): T | undefined {
    try {
      return this.#closed ? undefined : from();
    } catch (error) {
      this.#complain(errorMessage(error));
      return undefined;
    }
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

  #gather(name: Gathered, emit: () => void): void {
    if (this.#closed || this.#pending.has(name)) return;
    const since = performance.now() - this.#last[name];
    const timer = setTimeout(
      () => {
        this.#pending.delete(name);
        this.#last[name] = performance.now();
        emit();
      },
      Math.max(FIRST_MS, PAUSE_MS[name] - since),
    );
    this.#pending.set(name, timer);
  }

  #emit<Name extends EventName>(name: Name, event: EngineEvents[Name]): void {
    if (this.#closed) return;
    this.#newest[name] = event;
    for (const listener of this.#listeners[name]) listener(event);
  }
}
