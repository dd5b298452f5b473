import { BoundedCache } from '../../shared/bounded-cache.ts';

/** Proven invalid responses within the window that lead to a ban: one may come from a damaged disk, this many do not. */
const INVALID_RESPONSES_PER_BAN = 5;
/** Time in which these responses are counted. */
const BAN_WINDOW_MS = 60 * 60 * 1000;
/** Ban duration: the first ban lasts an hour, the second a day, each further one a month. */
const MIN_BAN_DURATION_MS = 60 * 60 * 1000;
const MAX_BAN_DURATION_MS = 30 * 24 * 60 * 60 * 1000;
/** Peers whose misbehavior is remembered; the least recent are forgotten first. */
const MAX_PEERS = 1_000;

export interface BanDecision {
  /** Invalid responses that led to the ban. */
  readonly invalidResponses: number;
  readonly durationMs: number;
}

interface MisbehaviorRecord {
  times: number[];
  bans: number;
}

/** Proven invalid responses of the last hour, by peer. Successes do not offset them: a malicious peer can collect those. */
export class Misbehavior {
  readonly #peers = new BoundedCache<MisbehaviorRecord>({ maxEntries: MAX_PEERS });

  /** Counts an invalid response. Returns the ban that follows, if any; each is longer than the last: an hour, a day, a month. */
  add(peer: string, now: number): BanDecision | undefined {
    const record = this.#peers.get(peer) ?? { times: [], bans: 0 };
    record.times = [...record.times.filter((time) => time > now - BAN_WINDOW_MS), now];
    this.#peers.set(peer, record);
    if (record.times.length < INVALID_RESPONSES_PER_BAN) return undefined;
    const durationMs = Math.min(MIN_BAN_DURATION_MS * 24 ** record.bans, MAX_BAN_DURATION_MS);
    record.bans++;
    const invalidResponses = record.times.length;
    record.times = [];
    return { invalidResponses, durationMs };
  }

  forget(peer: string): void {
    const record = this.#peers.get(peer);
    if (record !== undefined) record.times = [];
  }
}
