import type { Engine } from '../../shared/api/index.ts';
import type { EngineEvents, EventName, LogLine } from '../../shared/events.ts';
import { EVENT_NAMES, SNAPSHOT_EVENTS } from '../../shared/events.ts';

/** Log lines from before anybody listened. */
const MAX_BUFFERED_LOG_LINES = 100;

type AnyEvent = EngineEvents[EventName];
type Listener = (event: AnyEvent) => void;

/**
 * Events of one engine after the other as those of a single one: the newest snapshot stays while nobody takes its place,
 * and versions only grow.
 */
export class EventRelay {
  readonly #listeners = new Map<EventName, Set<{ readonly listener: Listener }>>();
  readonly #latest = new Map<EventName, AnyEvent>();
  readonly #bufferedLogs: AnyEvent[] = [];
  #unsubscribers: (() => void)[] = [];
  #version = 0;

  /** Relay this engine's events from now on, in place of the one before. */
  attach(engine: Engine): void {
    this.detach();
    this.#unsubscribers = EVENT_NAMES.map((name) =>
      engine.subscribe(name, (event) => {
        this.#emit(name, event);
      }),
    );
  }

  /** Stop relaying. What was told last stays. */
  detach(): void {
    for (const unsubscribe of this.#unsubscribers.splice(0)) unsubscribe();
  }

  subscribe<Name extends EventName>(name: Name, listener: (event: EngineEvents[Name]) => void): () => void {
    const entry = { listener: listener as Listener };
    const listeners = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, listeners.add(entry));
    const latest = this.#latest.get(name);
    if (latest !== undefined) entry.listener(latest);
    if (name === 'log') for (const line of this.#bufferedLogs.splice(0)) entry.listener(line);
    return () => listeners.delete(entry);
  }

  /** A line of the ownership's own. */
  log(level: LogLine['level'], message: string): void {
    this.#emit('log', { version: 0, line: { level, scope: 'ownership', message, time: Date.now() } });
  }

  close(): void {
    this.detach();
    this.#listeners.clear();
  }

  #emit(name: EventName, event: AnyEvent): void {
    const stamped = { ...event, version: ++this.#version };
    if (SNAPSHOT_EVENTS.includes(name)) this.#latest.set(name, stamped);
    const listeners = this.#listeners.get(name);
    if (name === 'log' && (listeners?.size ?? 0) === 0 && this.#bufferedLogs.length < MAX_BUFFERED_LOG_LINES) {
      this.#bufferedLogs.push(stamped);
    }
    for (const { listener } of [...(listeners ?? [])]) listener(stamped);
  }
}
