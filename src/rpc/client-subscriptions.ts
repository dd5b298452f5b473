import type { EngineEvents, EventName } from '../shared/events.ts';
import { SNAPSHOT_EVENTS } from '../shared/events.ts';
import { callSafely, Listeners } from '../shared/listeners.ts';

type AnyEvent = EngineEvents[EventName];
type Listener = (event: AnyEvent) => void;

/** State of one event while it has listeners. */
interface Topic {
  readonly subscription: number;
  readonly listeners: Listeners<AnyEvent>;
  newest?: AnyEvent;
}

/** Sends subscriptions to the far side. */
export interface SubscriptionLink {
  subscribe(name: EventName, subscription: number): void;
  unsubscribe(name: EventName): void;
}

/**
 * Listeners of a client. The first listener of an event subscribes on the far side, and the last one to leave
 * unsubscribes; a listener that comes between them receives the newest snapshot from here.
 */
export class ClientSubscriptions {
  readonly #topics = new Map<EventName, Topic>();
  readonly #link: SubscriptionLink;
  #last = 0;

  constructor(link: SubscriptionLink) {
    this.#link = link;
  }

  /** Number of listeners of all events. */
  get size(): number {
    return [...this.#topics.values()].reduce((sum, topic) => sum + topic.listeners.size, 0);
  }

  add(name: EventName, listener: Listener): () => void {
    const topic = this.#topics.get(name) ?? this.#open(name);
    let active = true;
    const remove = topic.listeners.add((event) => {
      callSafely(listener, event);
    });
    const newest = topic.newest;
    // Delivered after this call, when the caller has the function that unsubscribes. Messages arrive after microtasks, so
    // no later event overtakes it.
    if (newest !== undefined) {
      queueMicrotask(() => {
        if (active && this.#topics.get(name) === topic) listener(newest);
      });
    }
    return () => {
      if (!active) return;
      active = false;
      remove();
      if (topic.listeners.size === 0) this.#close(name, topic);
    };
  }

  /** Deliver an event from the far side, unless its subscription has ended. */
  deliver(name: EventName, subscription: number, event: AnyEvent): void {
    const topic = this.#topics.get(name);
    if (topic?.subscription !== subscription) return;
    if (SNAPSHOT_EVENTS.includes(name)) topic.newest = event;
    topic.listeners.emit(event);
  }

  clear(): void {
    for (const topic of this.#topics.values()) topic.listeners.clear();
    this.#topics.clear();
  }

  #open(name: EventName): Topic {
    const topic: Topic = { subscription: ++this.#last, listeners: new Listeners() };
    this.#topics.set(name, topic);
    this.#link.subscribe(name, topic.subscription);
    return topic;
  }

  #close(name: EventName, topic: Topic): void {
    if (this.#topics.get(name) !== topic) return;
    this.#topics.delete(name);
    this.#link.unsubscribe(name);
  }
}
