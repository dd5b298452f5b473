import { Listeners } from '../../shared/listeners.ts';
import type { NodeSettings, NodeStatus } from '../../shared/model.ts';
import type { Rebuilt } from '../sqlite/damage.ts';

/** What can change in an engine, and what is said of it. */
export interface Changes {
  /** The record or the providers of one package changed; without an id, of any number of packages. */
  readonly packages: { readonly id?: string };
  /** Peers connected, disconnected, or are described differently. */
  readonly peers: Readonly<Record<string, never>>;
  /** A peer's standing changed. `bannedPeer` is present when a ban began. */
  readonly standing: { readonly bannedPeer?: string };
  /** These settings are in force. */
  readonly settings: NodeSettings;
  /** Installed packages began or ceased to be seeded. */
  readonly seeding: Readonly<Record<string, never>>;
  /** The database was damaged and is empty again. */
  readonly rebuilt: Rebuilt;
  readonly node: NodeStatus;
  /** Forks of this publisher's packages came or were merged. */
  readonly forks: Readonly<Record<string, never>>;
}

/**
 * Tells the parts of an engine what changed in others. Parts emit and do not know which parts react; the composition
 * subscribes. It is the first thing that is made, so that no part refers to one that does not exist yet.
 */
export class ChangeBus {
  readonly #listeners: { readonly [Name in keyof Changes]: Listeners<Changes[Name]> } = {
    packages: new Listeners(),
    peers: new Listeners(),
    standing: new Listeners(),
    settings: new Listeners(),
    seeding: new Listeners(),
    rebuilt: new Listeners(),
    node: new Listeners(),
    forks: new Listeners(),
  };

  /** Returns the function that ends the subscription. */
  on<Name extends keyof Changes>(name: Name, listener: (change: Changes[Name]) => void): () => void {
    return this.#listeners[name].add(listener);
  }

  /** @throws the first error of a listener, after the others were called */
  emit<Name extends keyof Changes>(name: Name, change: Changes[Name]): void {
    this.#listeners[name].emit(change);
  }
}
