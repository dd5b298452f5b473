/** So many proven lies within the window end in a ban: one may be a damaged disk, this many are not. */
const LIES_PER_BAN = 5;
const WINDOW_MS = 60 * 60 * 1000;
const FIRST_BAN_MS = 60 * 60 * 1000;
const LONGEST_BAN_MS = 30 * 24 * 60 * 60 * 1000;
/** Peers whose offences are remembered; the oldest are forgotten first. */
const MAX_PEERS = 1_000;

export interface Sentence {
  readonly lies: number;
  /** Milliseconds. */
  readonly duration: number;
}

interface Entry {
  times: number[];
  bans: number;
}

/** Proven lies of the last hour, by peer. Successes do not weigh them up: a liar can farm those. */
export class Offences {
  readonly #peers = new Map<string, Entry>();

  /** Note a lie. Returns the ban that is due for it, each longer than the one before: an hour, a day, a month. */
  add(peer: string, now: number): Sentence | undefined {
    const entry = this.#peers.get(peer) ?? { times: [], bans: 0 };
    entry.times = [...entry.times.filter((time) => time > now - WINDOW_MS), now];
    this.#peers.delete(peer);
    this.#peers.set(peer, entry);
    this.#forgetOldest();
    if (entry.times.length < LIES_PER_BAN) return undefined;
    const duration = Math.min(FIRST_BAN_MS * 24 ** entry.bans, LONGEST_BAN_MS);
    entry.bans++;
    const lies = entry.times.length;
    entry.times = [];
    return { lies, duration };
  }

  forget(peer: string): void {
    const entry = this.#peers.get(peer);
    if (entry !== undefined) entry.times = [];
  }

  #forgetOldest(): void {
    if (this.#peers.size <= MAX_PEERS) return;
    const [oldest] = this.#peers.keys();
    if (oldest !== undefined) this.#peers.delete(oldest);
  }
}
