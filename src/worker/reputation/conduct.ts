import { Offences } from './offences.ts';
import type { Location } from './haversine.ts';
import { score, scoreParts, withFailure, withSuccess, withThroughput } from './score.ts';
import type { PeerStats, ScoreParts } from './score.ts';
import { judge } from './standing.ts';
import type { GivenStanding, Judgement } from './standing.ts';

/** Where what peers did is kept. */
export interface StatsStore {
  get(peer: string): { readonly stats: PeerStats } | undefined;
  saveStats(peer: string, stats: PeerStats): void;
  /** The peer sent verified content of this package. */
  verifyHolder(peer: string, publisher: string, name: string): void;
}

/** Where bans and trust are kept. */
export interface StandingStore {
  all(): Map<string, GivenStanding>;
  set(peer: string, standing: GivenStanding): void;
  remove(peer: string): void;
}

export interface ConductOptions {
  readonly peers: StatsStore;
  readonly standings: StandingStore;
  /** Called after a peer was banned: its connections are to be closed. */
  readonly onBan?: (peer: string) => void;
  /** Called after a standing changed. */
  readonly onChange?: () => void;
  /** This node's place, if the user told it. */
  readonly here?: () => Location | undefined;
}

/**
 * How a peer failed. `late`: no answer, or none in time. `lie`: proof that it sent what no honest peer sends, as a false
 * signature or a block that is not what its hash says. Only lies end in a ban: a slow peer is merely asked last.
 */
export type Failure = 'late' | 'lie';

const NEWCOMER: PeerStats = { successes: 0, failures: 0, packages: 0 };

/**
 * What peers did, as far as it was verified here, and what follows from it. One verified answer is a success with its
 * response time: a search with at least one valid record, a visit that brought something new, an installation's blocks
 * from that peer (all of them together: a large package is no more trustworthy than a small one). What a peer says of
 * itself or of others counts for nothing, so that a crowd of fake peers can lift nobody.
 */
export class Conduct {
  readonly #options: ConductOptions;
  readonly #given: Map<string, GivenStanding>;
  readonly #offences = new Offences();

  constructor(options: ConductOptions) {
    this.#options = options;
    this.#given = options.standings.all();
  }

  /** @param responseTime milliseconds from the question to the first verified answer */
  success(peer: string, responseTime: number): void {
    this.#options.peers.saveStats(peer, withSuccess(this.stats(peer), responseTime, Date.now()));
  }

  failure(peer: string, kind: Failure = 'late'): void {
    const now = Date.now();
    this.#options.peers.saveStats(peer, withFailure(this.stats(peer), now));
    if (kind === 'lie') this.#lied(peer, now);
  }

  /** Verified content came from the peer. @param duration milliseconds in which the bytes came */
  received(peer: string, bytes: number, duration: number): void {
    this.#options.peers.saveStats(peer, withThroughput(this.stats(peer), bytes, duration, Date.now()));
  }

  /** The peer sent verified content of this package: it really serves it. */
  served(peer: string, publisher: string, name: string): void {
    this.#options.peers.verifyHolder(peer, publisher, name);
  }

  stats(peer: string): PeerStats {
    return this.#options.peers.get(peer)?.stats ?? NEWCOMER;
  }

  /** 0 to 1, ggen's formula. */
  score(peer: string): number {
    return score(this.stats(peer), Date.now(), this.#options.here?.());
  }

  /** Why the score is what it is. */
  parts(peer: string): ScoreParts {
    return scoreParts(this.stats(peer), Date.now(), this.#options.here?.());
  }

  /** How this node stands to the peer, and why. */
  standing(peer: string): Judgement {
    return judge(this.#given.get(peer), this.score(peer), Date.now());
  }

  isBanned(peer: string): boolean {
    const given = this.#given.get(peer);
    return given?.standing === 'banned' && (given.until ?? Infinity) > Date.now();
  }

  isTrusted(peer: string): boolean {
    return this.#given.get(peer)?.standing === 'trusted';
  }

  /** Peers that have a standing, present or past its end. */
  standings(): readonly string[] {
    return [...this.#given.keys()];
  }

  /** Ban by hand. @param until milliseconds since the epoch; without an end when left out */
  ban(peer: string, reason: string, until?: number): void {
    this.#give(peer, { standing: 'banned', reason, author: 'hand', since: Date.now(), ...ending(until) });
  }

  /** Trust by hand: preferred in everything, never banned automatically. */
  trust(peer: string): void {
    this.#give(peer, { standing: 'trusted', reason: 'You trust it.', author: 'hand', since: Date.now() });
  }

  /** Take back a ban or trust. */
  pardon(peer: string): void {
    this.#offences.forget(peer);
    this.#given.delete(peer);
    this.#options.standings.remove(peer);
    this.#options.onChange?.();
  }

  /** Forget bans that are over. Returns how many. */
  expire(now = Date.now()): number {
    const over = [...this.#given].filter(([, { until }]) => until !== undefined && until <= now);
    for (const [peer] of over) this.pardon(peer);
    return over.length;
  }

  #lied(peer: string, now: number): void {
    if (this.isTrusted(peer) || this.isBanned(peer)) return;
    const sentence = this.#offences.add(peer, now);
    if (sentence === undefined) return;
    const reason = `It sent ${sentence.lies} answers within an hour that were proven false.`;
    this.#give(peer, { standing: 'banned', reason, author: 'conduct', since: now, until: now + sentence.duration });
  }

  #give(peer: string, standing: GivenStanding): void {
    this.#given.set(peer, standing);
    this.#options.standings.set(peer, standing);
    // A peer that was never met is known from now on, also after the standing is taken back.
    this.#options.peers.saveStats(peer, this.stats(peer));
    if (standing.standing === 'banned') this.#options.onBan?.(peer);
    this.#options.onChange?.();
  }
}

function ending(until: number | undefined): { until?: number } {
  return until === undefined ? {} : { until };
}
