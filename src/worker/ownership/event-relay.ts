import type { Engine } from '../../shared/api.ts';
import type { EngineEvents, EventName, LogLine } from '../../shared/events.ts';
import { EVENT_NAMES, SNAPSHOT_EVENTS } from '../../shared/events.ts';

/** Log lines from before anybody listened. */
const MAX_EARLY_LINES = 100;

type AnyEvent = EngineEvents[EventName];
type Listener = (event: AnyEvent) => void;

/**
 * Events of one engine after the other as those of a single one: the newest snapshot stays while nobody takes its place,
 * and versions only grow.
 */
export class EventRelay {
  readonly #listeners = new Map<EventName, Set<{ readonly listener: Listener }>>();
  readonly #newest = new Map<EventName, AnyEvent>();
  readonly #early: AnyEvent[] = [];
  #ends: (() => void)[] = [];
  #version = 0;

  /** Relay this engine's events from now on, in place of the one before. */
  follow(engine: Engine): void {
    this.leave();
    this.#ends = EVENT_NAMES.map((name) =>
      engine.subscribe(name, (event) => {
        this.#emit(name, event);
      }),
    );
  }

  /** Stop relaying. What was told last stays. */
  leave(): void {
    for (const end of this.#ends.splice(0)) end();
  }

  subscribe<Name extends EventName>(name: Name, listener: (event: EngineEvents[Name]) => void): () => void {
    const entry = { listener: listener as Listener };
    const listeners = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, listeners.add(entry));
    const newest = this.#newest.get(name);
    if (newest !== undefined) entry.listener(newest);
    if (name === 'log') for (const line of this.#early.splice(0)) entry.listener(line);
    return () => listeners.delete(entry);
  }

  /** A line of the host's own. */
  log(level: LogLine['level'], message: string): void {
    this.#emit('log', { version: 0, line: { level, scope: 'host', message, time: Date.now() } });
  }

  close(): void {
    this.leave();
    this.#listeners.clear();
  }

  #emit(name: EventName, event: AnyEvent): void {
    const stamped = { ...event, version: ++this.#version };
    if (SNAPSHOT_EVENTS.includes(name)) this.#newest.set(name, stamped);
    const listeners = this.#listeners.get(name);
    if (name === 'log' && (listeners?.size ?? 0) === 0 && this.#early.length < MAX_EARLY_LINES) {
      this.#early.push(stamped);
    }
    for (const { listener } of [...(listeners ?? [])]) listener(stamped);
  }
}
