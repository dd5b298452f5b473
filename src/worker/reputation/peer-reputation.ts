import { Misbehavior } from './misbehavior.ts';
import type { Location } from './haversine.ts';
import { score, scoreParts, withFailure, withSuccess, withThroughput } from './score.ts';
import type { PeerStats, ScoreParts } from './score.ts';
import { effectiveStanding } from './standing.ts';
import type { AssignedStanding, EffectiveStanding } from './standing.ts';

/** Stores the verified facts about peers. */
export interface PeerStatsStore {
  get(peer: string): { readonly stats: PeerStats } | undefined;
  saveStats(peer: string, stats: PeerStats): void;
  /** Notes that the peer sent verified content of this package. */
  verifyProvider(peer: string, publisher: string, name: string): void;
}

/** Stores bans and trust. */
export interface StandingStore {
  all(): Map<string, AssignedStanding>;
  set(peer: string, standing: AssignedStanding): void;
  remove(peer: string): void;
}

export interface PeerReputationOptions {
  readonly peers: PeerStatsStore;
  readonly standings: StandingStore;
  /** Called after a peer was banned, so that its connections can be closed. */
  readonly onBan?: (peer: string) => void;
  /** Called after a standing changed. */
  readonly onChange?: () => void;
  /** Location of this node; undefined unless the user set one. */
  readonly ownLocation?: () => Location | undefined;
}

/**
 * How a peer failed. `timeout`: it did not answer, or not in time. `invalid`: proof that it sent what no honest peer sends, such as
 * a false signature or a block that does not match its hash. Only `invalid` leads to a ban; a slow peer is just asked last.
 */
export type PeerFailure = 'timeout' | 'invalid';

const NEW_PEER_STATS: PeerStats = { successes: 0, failures: 0, packages: 0 };

/**
 * The reputation of peers: what this node verified of each, the score and the standing that follow. One verified answer is a
 * success with its response time: a complete search answer, a sync session with new records, all blocks of one transfer together (a
 * large package proves no more than a small one). What a peer claims about itself or others does not count, so that a crowd of fake
 * peers cannot raise a score.
 */
export class PeerReputation {
  readonly #options: PeerReputationOptions;
  readonly #assigned: Map<string, AssignedStanding>;
  readonly #misbehavior = new Misbehavior();

  constructor(options: PeerReputationOptions) {
    this.#options = options;
    this.#assigned = options.standings.all();
  }

  /** @param responseTimeMs milliseconds from the request to the verified answer */
  recordSuccess(peer: string, responseTimeMs: number): void {
    this.#options.peers.saveStats(peer, withSuccess(this.stats(peer), responseTimeMs, Date.now()));
  }

  recordFailure(peer: string, kind: PeerFailure = 'timeout'): void {
    const now = Date.now();
    this.#options.peers.saveStats(peer, withFailure(this.stats(peer), now));
    if (kind === 'invalid') this.#recordMisbehavior(peer, now);
  }

  /** Counts verified content. @param durationMs milliseconds of the transfer */
  recordThroughput(peer: string, bytes: number, durationMs: number): void {
    this.#options.peers.saveStats(peer, withThroughput(this.stats(peer), bytes, durationMs, Date.now()));
  }

  /** Notes that the peer sent verified content of this package, which proves that it serves it. */
  recordProvidedPackage(peer: string, publisher: string, name: string): void {
    this.#options.peers.verifyProvider(peer, publisher, name);
  }

  stats(peer: string): PeerStats {
    return this.#options.peers.get(peer)?.stats ?? NEW_PEER_STATS;
  }

  /** 0 to 1, ggen's formula. */
  score(peer: string): number {
    return score(this.stats(peer), Date.now(), this.#options.ownLocation?.());
  }

  /** Why the score is what it is. */
  scoreParts(peer: string): ScoreParts {
    return scoreParts(this.stats(peer), Date.now(), this.#options.ownLocation?.());
  }

  /** The standing of the peer, with its reason. */
  standing(peer: string): EffectiveStanding {
    return effectiveStanding(this.#assigned.get(peer), this.score(peer), Date.now());
  }

  isBanned(peer: string): boolean {
    const assigned = this.#assigned.get(peer);
    return assigned?.standing === 'banned' && (assigned.until ?? Infinity) > Date.now();
  }

  isTrusted(peer: string): boolean {
    return this.#assigned.get(peer)?.standing === 'trusted';
  }

  /** Peers that were trusted or banned, expired bans included. */
  standings(): readonly string[] {
    return [...this.#assigned.keys()];
  }

  /** Bans a peer on behalf of the user. @param until milliseconds since the epoch; without an end when left out */
  ban(peer: string, reason: string, until?: number): void {
    this.#assign(peer, { standing: 'banned', reason, author: 'user', since: Date.now(), ...untilField(until) });
  }

  /** Trusts a peer on behalf of the user: it is asked first, and never banned automatically. */
  trust(peer: string): void {
    this.#assign(peer, { standing: 'trusted', reason: 'You trust it.', author: 'user', since: Date.now() });
  }

  /** Takes back a ban or trust. */
  clearStanding(peer: string): void {
    this.#misbehavior.forget(peer);
    this.#assigned.delete(peer);
    this.#options.standings.remove(peer);
    this.#options.onChange?.();
  }

  /** Removes expired bans. Returns how many. */
  expire(now = Date.now()): number {
    const expired = [...this.#assigned].filter(([, { until }]) => until !== undefined && until <= now);
    for (const [peer] of expired) this.clearStanding(peer);
    return expired.length;
  }

  #recordMisbehavior(peer: string, now: number): void {
    if (this.isTrusted(peer) || this.isBanned(peer)) return;
    const banDecision = this.#misbehavior.add(peer, now);
    if (banDecision === undefined) return;
    const reason = `It sent ${banDecision.invalidResponses} invalid responses within an hour.`;
    this.#assign(peer, {
      standing: 'banned',
      reason,
      author: 'automatic',
      since: now,
      until: now + banDecision.durationMs,
    });
  }

  #assign(peer: string, standing: AssignedStanding): void {
    this.#assigned.set(peer, standing);
    this.#options.standings.set(peer, standing);
    // The peer stays known after the standing is taken back, even if it was never connected.
    this.#options.peers.saveStats(peer, this.stats(peer));
    if (standing.standing === 'banned') this.#options.onBan?.(peer);
    this.#options.onChange?.();
  }
}

function untilField(until: number | undefined): { until?: number } {
  return until === undefined ? {} : { until };
}
