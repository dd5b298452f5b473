import { score, withFailure, withSuccess } from './score.ts';
import type { PeerStats } from './score.ts';

/** Where what peers did is kept. */
export interface StatsStore {
  get(peer: string): { readonly stats: PeerStats } | undefined;
  saveStats(peer: string, stats: PeerStats): void;
}

const NEWCOMER: PeerStats = { successes: 0, failures: 0, packages: 0 };

/**
 * What peers did, as far as it was verified here: a right answer is a success with its response time; a time-out, a bad
 * signature or a wrong block is a failure; nothing else counts.
 */
export class Conduct {
  readonly #store: StatsStore;

  constructor(store: StatsStore) {
    this.#store = store;
  }

  /** @param responseTime milliseconds from the question to the verified answer */
  success(peer: string, responseTime: number): void {
    this.#store.saveStats(peer, withSuccess(this.stats(peer), responseTime, Date.now()));
  }

  failure(peer: string): void {
    this.#store.saveStats(peer, withFailure(this.stats(peer), Date.now()));
  }

  stats(peer: string): PeerStats {
    return this.#store.get(peer)?.stats ?? NEWCOMER;
  }

  /** 0 to 1, ggen's formula. */
  score(peer: string): number {
    return score(this.stats(peer), Date.now());
  }
}
