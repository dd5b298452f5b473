import { EVENT_NAMES, SNAPSHOT_EVENTS } from './events.ts';
import type { EngineEvents, EventName } from './events.ts';
import { Listeners } from './listeners.ts';

/** Log lines that are kept for the first subscriber: an engine that has just been opened may have something to say. */
const MAX_BUFFERED_LOG_LINES = 100;

type AnyEvent = EngineEvents[EventName];

/**
 * Delivers engine events to subscribers: stamped with versions that only grow, in order, and the newest snapshot first
 * for a subscriber that comes late.
 */
export class EventFanOut {
  readonly #listeners = new Map(EVENT_NAMES.map((name) => [name, new Listeners<AnyEvent>()]));
  readonly #latest = new Map<EventName, AnyEvent>();
  readonly #bufferedLogs: AnyEvent[] = [];
  #version = 0;
  #closed = false;

  /** Returns the function that ends the subscription. */
  subscribe<Name extends EventName>(name: Name, listener: (event: EngineEvents[Name]) => void): () => void {
    if (this.#closed) return () => undefined;
    // `publish` only ever passes this listener the events of its own name.
    const deliver = listener as (event: AnyEvent) => void;
    const unsubscribe = this.#listenersOf(name).add(deliver);
    const latest = this.#latest.get(name);
    if (latest !== undefined) deliver(latest);
    if (name === 'log') for (const event of this.#bufferedLogs.splice(0)) deliver(event);
    return unsubscribe;
  }

  /** Deliver an event under the next version; a version that it already carries is replaced. */
  publish<Name extends EventName>(name: Name, event: Omit<EngineEvents[Name], 'version'>): void {
    if (this.#closed) return;
    const stamped = { ...event, version: ++this.#version } as unknown as AnyEvent;
    if (SNAPSHOT_EVENTS.includes(name)) this.#latest.set(name, stamped);
    if (name === 'log' && !this.hasSubscribers('log')) {
      if (this.#bufferedLogs.length < MAX_BUFFERED_LOG_LINES) this.#bufferedLogs.push(stamped);
      return;
    }
    this.#listenersOf(name).emit(stamped);
  }

  hasSubscribers(name: EventName): boolean {
    return this.#listenersOf(name).size > 0;
  }

  /** The newest snapshot of a kind; undefined before the first one. */
  latest<Name extends EventName>(name: Name): EngineEvents[Name] | undefined {
    return this.#latest.get(name) as EngineEvents[Name] | undefined;
  }

  /** Deliver nothing more, neither to present subscribers nor to later ones. */
  close(): void {
    this.#closed = true;
    for (const listeners of this.#listeners.values()) listeners.clear();
  }

  #listenersOf(name: EventName): Listeners<AnyEvent> {
    const listeners = this.#listeners.get(name);
    if (listeners === undefined) throw new Error(`There is no event '${name}'`);
    return listeners;
  }
}
