import { isDeepStrictEqual } from 'node:util';
import { errorMessage } from '../../shared/errors.ts';
import { SNAPSHOT_EVENTS } from '../../shared/events.ts';
import type { EngineEvents, EventName, LogLine } from '../../shared/events.ts';
import type { NodeStatus, PackageCounts, PeerSummary } from '../../shared/model.ts';

/** Shortest time between two snapshots of one kind: bursts are gathered, far above the cost of a snapshot. */
const MIN_INTERVAL_MS: Record<CoalescedEvent, number> = { peers: 250, packages: 50, forks: 50 };
/** The first change after a pause is told almost at once; what belongs to the same change comes along. */
const DEBOUNCE_MS = 2;
/** More changed packages than this are not listed one by one. */
const MAX_CHANGED_IDS = 100;

type Listener<Name extends EventName> = (event: EngineEvents[Name]) => void;

/** Events of which bursts are gathered. */
type CoalescedEvent = 'peers' | 'packages' | 'forks';

/** Log lines from before anybody listened: an engine that has just been made may have something to say. */
const MAX_BUFFERED_LOG_LINES = 100;

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
  readonly #onError: (reason: string) => void;
  readonly #listeners: { [Name in EventName]: Set<Listener<Name>> } = {
    node: new Set(),
    peers: new Set(),
    packages: new Set(),
    forks: new Set(),
    log: new Set(),
  };
  readonly #latest: Partial<EngineEvents> = {};
  readonly #changed = new Set<string>();
  readonly #pending = new Map<CoalescedEvent, NodeJS.Timeout>();
  readonly #lastEmittedAt: Record<CoalescedEvent, number> = { peers: 0, packages: 0, forks: 0 };
  readonly #bufferedLogs: EngineEvents['log'][] = [];
  /** Snapshots that were not taken, because nobody listened or they could not be. */
  readonly #stale = new Set<'peers' | 'packages'>();
  #version = 0;
  #closed = false;

  /** @param onError called when a snapshot could not be taken; it follows with the next change */
  constructor(source: SnapshotSource, onError: (reason: string) => void) {
    this.#source = source;
    this.#onError = onError;
  }

  subscribe<Name extends EventName>(name: Name, listener: Listener<Name>): () => void {
    this.#listeners[name].add(listener);
    const latest = this.#latest[name];
    if ((name === 'peers' || name === 'packages') && this.#stale.delete(name)) this.#emitSnapshot(name);
    else if (latest !== undefined && SNAPSHOT_EVENTS.includes(name)) listener(latest);
    if (name === 'log') this.#flushBufferedLogs();
    return () => {
      this.#listeners[name].delete(listener);
    };
  }

  node(status: NodeStatus): void {
    this.#emit('node', { version: this.#nextVersion(), status });
  }

  log(line: LogLine): void {
    const event = { version: this.#nextVersion(), line };
    if (this.#listeners.log.size === 0 && this.#bufferedLogs.length < MAX_BUFFERED_LOG_LINES)
      this.#bufferedLogs.push(event);
    else this.#emit('log', event);
  }

  #flushBufferedLogs(): void {
    for (const event of this.#bufferedLogs.splice(0)) this.#emit('log', event);
  }

  /** Something about peers changed; a snapshot follows shortly. */
  peersChanged(): void {
    this.#coalesce('peers', () => {
      this.#emitSnapshot('peers');
    });
  }

  /** A package changed, or with no id: any number of them. A snapshot follows shortly. */
  packagesChanged(id?: string): void {
    if (id !== undefined && this.#changed.size <= MAX_CHANGED_IDS) this.#changed.add(id);
    this.#coalesce('packages', () => {
      this.#emitSnapshot('packages');
    });
  }

  /** An own package changed, or another machine's record of it came. A snapshot follows shortly, if it is another one. */
  forksChanged(): void {
    this.#coalesce('forks', () => {
      const ids = this.#tryRead(() => this.#source.forks());
      if (ids === undefined || isDeepStrictEqual(ids, this.#latest.forks?.ids ?? [])) return;
      this.#emit('forks', { version: this.#nextVersion(), ids });
    });
  }

  /** Tell how things are, unless nobody listens: then whoever comes first is told. */
  #emitSnapshot(name: 'peers' | 'packages'): void {
    if (this.#listeners[name].size === 0) {
      this.#stale.add(name);
    } else if (name === 'peers') {
      const peers = this.#tryRead(() => this.#source.peers());
      if (peers === undefined) this.#stale.add(name);
      else this.#emit('peers', { version: this.#nextVersion(), peers });
    } else {
      const counts = this.#tryRead(() => this.#source.counts());
      if (counts === undefined) {
        this.#stale.add(name);
        return;
      }
      const changed = this.#changed.size > MAX_CHANGED_IDS ? [] : [...this.#changed];
      this.#changed.clear();
      this.#emit('packages', { version: this.#nextVersion(), counts, changed });
    }
  }

  /** Of a timer nobody would catch it, and whoever subscribes is not to suffer from a database that is damaged. */
  #tryRead<T>(read: () => T): T | undefined {
    try {
      return this.#closed ? undefined : read();
    } catch (error) {
      this.#onError(errorMessage(error));
      return undefined;
    }
  }

  close(): void {
    this.#closed = true;
    for (const timer of this.#pending.values()) clearTimeout(timer);
    this.#pending.clear();
    for (const listeners of Object.values(this.#listeners)) listeners.clear();
  }

  #nextVersion(): number {
    return ++this.#version;
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

  #emit<Name extends EventName>(name: Name, event: EngineEvents[Name]): void {
    if (this.#closed) return;
    this.#latest[name] = event;
    for (const listener of this.#listeners[name]) listener(event);
  }
}
