/** So many proven lies within the window end in a ban: one may be a damaged disk, this many are not. */
const INVALID_RESPONSES_PER_BAN = 5;
const BAN_WINDOW_MS = 60 * 60 * 1000;
const MIN_BAN_DURATION_MS = 60 * 60 * 1000;
const MAX_BAN_DURATION_MS = 30 * 24 * 60 * 60 * 1000;
/** Peers whose offenses are remembered; the oldest are forgotten first. */
const MAX_PEERS = 1_000;

export interface BanDecision {
  readonly invalidResponses: number;
  /** Milliseconds. */
  readonly durationMs: number;
}

interface MisbehaviorRecord {
  times: number[];
  bans: number;
}

/** Proven lies of the last hour, by peer. Successes do not weigh them up: a liar can farm those. */
export class Misbehavior {
  readonly #peers = new Map<string, MisbehaviorRecord>();

  /** Note a lie. Returns the ban that is due for it, each longer than the one before: an hour, a day, a month. */
  add(peer: string, now: number): BanDecision | undefined {
    const record = this.#peers.get(peer) ?? { times: [], bans: 0 };
    record.times = [...record.times.filter((time) => time > now - BAN_WINDOW_MS), now];
    this.#peers.delete(peer);
    this.#peers.set(peer, record);
    this.#forgetOldest();
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

  #forgetOldest(): void {
    if (this.#peers.size <= MAX_PEERS) return;
    const [oldest] = this.#peers.keys();
    if (oldest !== undefined) this.#peers.delete(oldest);
  }
}
