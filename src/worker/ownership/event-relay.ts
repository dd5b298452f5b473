import type { Engine } from '../../shared/api/index.ts';
import { EventFanOut } from '../../shared/event-fan-out.ts';
import type { EngineEvents, EventName, LogLine } from '../../shared/events.ts';
import { EVENT_NAMES } from '../../shared/events.ts';

/**
 * Joins the events of one engine after another into one sequence: versions only grow, and the newest snapshot stays until
 * the next engine replaces it.
 */
export class EventRelay {
  readonly #events = new EventFanOut();
  #unsubscribers: (() => void)[] = [];

  /** Relay the events of this engine from now on, instead of those of the previous one. */
  attach(engine: Engine): void {
    this.detach();
    this.#unsubscribers = EVENT_NAMES.map((name) =>
      engine.subscribe(name, (event) => {
        this.#events.publish(name, event);
      }),
    );
  }

  /** Stop relaying. The newest snapshots stay. */
  detach(): void {
    for (const unsubscribe of this.#unsubscribers.splice(0)) unsubscribe();
  }

  subscribe<Name extends EventName>(name: Name, listener: (event: EngineEvents[Name]) => void): () => void {
    return this.#events.subscribe(name, listener);
  }

  /** Write a log line of the ownership itself. */
  log(level: LogLine['level'], message: string): void {
    this.#events.publish('log', { line: { level, scope: 'ownership', message, time: Date.now() } });
  }

  close(): void {
    this.detach();
    this.#events.close();
  }
}
