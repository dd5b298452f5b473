import { Misbehavior } from './misbehavior.ts';
import type { Location } from './haversine.ts';
import { score, scoreParts, withFailure, withSuccess, withThroughput } from './score.ts';
import type { PeerStats, ScoreParts } from './score.ts';
import { effectiveStanding } from './standing.ts';
import type { AssignedStanding, EffectiveStanding } from './standing.ts';

/** Where what peers did is kept. */
export interface PeerStatsStore {
  get(peer: string): { readonly stats: PeerStats } | undefined;
  saveStats(peer: string, stats: PeerStats): void;
  /** The peer sent verified content of this package. */
  verifyProvider(peer: string, publisher: string, name: string): void;
}

/** Where bans and trust are kept. */
export interface StandingStore {
  all(): Map<string, AssignedStanding>;
  set(peer: string, standing: AssignedStanding): void;
  remove(peer: string): void;
}

export interface PeerReputationOptions {
  readonly peers: PeerStatsStore;
  readonly standings: StandingStore;
  /** Called after a peer was banned: its connections are to be closed. */
  readonly onBan?: (peer: string) => void;
  /** Called after a standing changed. */
  readonly onChange?: () => void;
  /** This node's place, if the user told it. */
  readonly ownLocation?: () => Location | undefined;
}

/**
 * How a peer failed. `late`: no answer, or none in time. `lie`: proof that it sent what no honest peer sends, as a false
 * signature or a block that is not what its hash says. Only lies end in a ban: a slow peer is merely asked last.
 */
export type PeerFailure = 'timeout' | 'invalid';

const NEW_PEER_STATS: PeerStats = { successes: 0, failures: 0, packages: 0 };

/**
 * What peers did, as far as it was verified here, and what follows from it. One verified answer is a success with its
 * response time: a search with at least one valid record, a visit that brought something new, an installation's blocks
 * from that peer (all of them together: a large package is no more trustworthy than a small one). What a peer says of
 * itself or of others counts for nothing, so that a crowd of fake peers can lift nobody.
 */
export class PeerReputation {
  readonly #options: PeerReputationOptions;
  readonly #assigned: Map<string, AssignedStanding>;
  readonly #misbehavior = new Misbehavior();

  constructor(options: PeerReputationOptions) {
    this.#options = options;
    this.#assigned = options.standings.all();
  }

  /** @param responseTimeMs milliseconds from the question to the first verified answer */
  recordSuccess(peer: string, responseTimeMs: number): void {
    this.#options.peers.saveStats(peer, withSuccess(this.stats(peer), responseTimeMs, Date.now()));
  }

  recordFailure(peer: string, kind: PeerFailure = 'timeout'): void {
    const now = Date.now();
    this.#options.peers.saveStats(peer, withFailure(this.stats(peer), now));
    if (kind === 'invalid') this.#recordMisbehavior(peer, now);
  }

  /** Verified content came from the peer. @param durationMs milliseconds in which the bytes came */
  recordThroughput(peer: string, bytes: number, durationMs: number): void {
    this.#options.peers.saveStats(peer, withThroughput(this.stats(peer), bytes, durationMs, Date.now()));
  }

  /** The peer sent verified content of this package: it really serves it. */
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

  /** How this node stands to the peer, and why. */
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

  /** Peers that have a standing, present or past its end. */
  standings(): readonly string[] {
    return [...this.#assigned.keys()];
  }

  /** Ban by hand. @param until milliseconds since the epoch; without an end when left out */
  ban(peer: string, reason: string, until?: number): void {
    this.#assign(peer, { standing: 'banned', reason, author: 'user', since: Date.now(), ...untilField(until) });
  }

  /** Trust by hand: preferred in everything, never banned automatically. */
  trust(peer: string): void {
    this.#assign(peer, { standing: 'trusted', reason: 'You trust it.', author: 'user', since: Date.now() });
  }

  /** Take back a ban or trust. */
  clearStanding(peer: string): void {
    this.#misbehavior.forget(peer);
    this.#assigned.delete(peer);
    this.#options.standings.remove(peer);
    this.#options.onChange?.();
  }

  /** Forget bans that are over. Returns how many. */
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
    // A peer that was never met is known from now on, also after the standing is taken back.
    this.#options.peers.saveStats(peer, this.stats(peer));
    if (standing.standing === 'banned') this.#options.onBan?.(peer);
    this.#options.onChange?.();
  }
}

function untilField(until: number | undefined): { until?: number } {
  return until === undefined ? {} : { until };
}
