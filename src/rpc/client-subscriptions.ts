import type { EngineEvents, EventName } from '../shared/events.ts';
import { SNAPSHOT_EVENTS } from '../shared/events.ts';

type AnyEvent = EngineEvents[EventName];
type Listener = (event: AnyEvent) => void;

/** What is known of one event while somebody follows it. */
interface Topic {
  readonly subscription: number;
  /** By identity, because one function may be subscribed twice. */
  readonly listeners: Set<{ readonly listener: Listener }>;
  newest?: AnyEvent;
}

/** How the far side is told. */
export interface SubscriptionLink {
  subscribe(name: EventName, subscription: number): void;
  unsubscribe(name: EventName): void;
}

/**
 * Listeners of a client. The far side is told of an event's first listener and of its last; those between are served
 * the newest snapshot from here.
 */
export class ClientSubscriptions {
  readonly #topics = new Map<EventName, Topic>();
  readonly #link: SubscriptionLink;
  #last = 0;

  constructor(link: SubscriptionLink) {
    this.#link = link;
  }

  /** Number of listeners, all events together. */
  get size(): number {
    return [...this.#topics.values()].reduce((sum, topic) => sum + topic.listeners.size, 0);
  }

  add(name: EventName, listener: Listener): () => void {
    const topic = this.#topics.get(name) ?? this.#open(name);
    const entry = { listener };
    topic.listeners.add(entry);
    const newest = topic.newest;
    // Not within this call: the caller does not hold the function yet that ends the subscription. Messages only come
    // after microtasks, so none overtakes.
    if (newest !== undefined) {
      queueMicrotask(() => {
        if (topic.listeners.has(entry)) listener(newest);
      });
    }
    return () => {
      if (topic.listeners.delete(entry) && topic.listeners.size === 0) this.#close(name, topic);
    };
  }

  /** An event from the far side. Those of a subscription that was ended since are dropped. */
  deliver(name: EventName, subscription: number, event: AnyEvent): void {
    const topic = this.#topics.get(name);
    if (topic?.subscription !== subscription) return;
    if (SNAPSHOT_EVENTS.includes(name)) topic.newest = event;
    for (const entry of [...topic.listeners]) {
      if (topic.listeners.has(entry)) callListener(entry.listener, event);
    }
  }

  clear(): void {
    for (const topic of this.#topics.values()) topic.listeners.clear();
    this.#topics.clear();
  }

  #open(name: EventName): Topic {
    const topic: Topic = { subscription: ++this.#last, listeners: new Set() };
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

/** Call a listener so that its fault reaches the process's handler, and no other listener suffers. */
export function callListener<T>(listener: (value: T) => void, value: T): void {
  try {
    listener(value);
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}
