import { RAW } from '../dag/codecs.ts';
import type { BlockSession } from './transfer-types.ts';
import type { Answer, Entry } from './tree-blocks.ts';

/** What the first request asks for at most, in bytes; later ones what the provider sends in `REQUEST_MS`. */
const FIRST_BYTES = 2 * 1024 * 1024;
const LEAST_BYTES = 256 * 1024;
const MOST_BYTES = 8 * 1024 * 1024;
const REQUEST_MS = 300;
const MOST_BLOCKS = 1_024;
/** Weight of the last second in the rate. */
const SMOOTHING = 0.3;
/** Work changes hands only where it is clear who is faster. */
const CLEARLY = 0.7;

/** A peer that may be asked. */
export interface Candidate {
  readonly peer: string;
  /** How often it failed, and how often it was busy. */
  tries: number;
  busy: number;
  /** By the monotonic clock, in milliseconds. */
  notBefore: number;
}

/** One provider at work: its session, its requests under way, and how fast it is. */
export class Lane {
  readonly candidate: Candidate;
  readonly session: BlockSession;
  readonly answers = new Set<Answer>();
  readonly #began = performance.now();
  #lastBlock = performance.now();
  #bytes = 0;
  /** Bytes per millisecond; undefined before it is known. */
  #rate: number | undefined;
  #sample = { at: performance.now(), bytes: 0 };

  constructor(candidate: Candidate, session: BlockSession) {
    this.candidate = candidate;
    this.session = session;
  }

  get peer(): string {
    return this.candidate.peer;
  }

  /** Verified bytes that it sent. */
  get bytes(): number {
    return this.#bytes;
  }

  close(): void {
    this.session.close();
  }

  begin(): Answer {
    const answer: Answer = { peer: this.peer, entries: new Map(), named: new Set(), received: new Set() };
    if (this.answers.size === 0) {
      // It was idle: what it did not send meanwhile is not held against it.
      this.#lastBlock = performance.now();
      this.#sample = { at: this.#lastBlock, bytes: 0 };
    }
    this.answers.add(answer);
    return answer;
  }

  end(answer: Answer): void {
    this.answers.delete(answer);
  }

  /** A verified block came. Returns the milliseconds since the one before it, or since it was asked. */
  received(bytes: number): number {
    const now = performance.now();
    const time = now - this.#lastBlock;
    this.#lastBlock = now;
    this.#bytes += bytes;
    this.#sample.bytes += bytes;
    const span = now - this.#sample.at;
    if (span >= 100) {
      const rate = this.#sample.bytes / span;
      this.#rate = this.#rate === undefined ? rate : this.#rate + SMOOTHING * (rate - this.#rate);
      this.#sample = { at: now, bytes: 0 };
    }
    return time;
  }

  /** Milliseconds since it sent a block, while it was asked for some. */
  quietFor(): number {
    return this.answers.size === 0 ? 0 : performance.now() - this.#lastBlock;
  }

  /** Whether it is clear that the other one would be done sooner with what is asked here. */
  isSlowerThan(other: Lane, quiet: number): boolean {
    if (this.quietFor() > quiet) return true;
    return this.#speed() < CLEARLY * other.#speed();
  }

  /** What was asked here and has not come, in the order in which it will. */
  outstanding(): Entry[] {
    return [...this.answers].flatMap(({ entries }) => [...entries.keys()]).filter(({ state }) => state === 'missing');
  }

  /** Bytes of leaves that were asked here and have not come: what a node leads to is asked for by itself. */
  get bytesToCome(): number {
    return this.outstanding().reduce((sum, { cid, size }) => (cid.code === RAW ? sum + size : sum), 0);
  }

  /**
   * What to ask next of all that nobody was asked for.
   *
   * @param share how many providers want some of it
   * @param own bytes that are to come from this one and count against its share; when that is used up, nothing is chosen
   */
  choose(unasked: ReadonlySet<Entry>, share: number, own = 0): Entry[] {
    const able: Entry[] = [];
    let all = 0;
    for (const entry of unasked) {
      if (entry.refused.has(this.peer)) continue;
      able.push(entry);
      all += entry.size;
    }
    const left = (all + own) / share - own;
    if (own > 0 && left <= 0) return [];
    const limit = Math.max(LEAST_BYTES, Math.min(this.#portion(), left));
    const batch: Entry[] = [];
    let bytes = 0;
    for (const entry of able) {
      batch.push(entry);
      bytes += entry.size;
      if (bytes >= limit || batch.length >= MOST_BLOCKS) break;
    }
    return batch;
  }

  #portion(): number {
    return this.#rate === undefined ? FIRST_BYTES : Math.min(MOST_BYTES, this.#rate * REQUEST_MS);
  }

  #speed(): number {
    return this.#rate ?? this.#bytes / (performance.now() - this.#began + 1);
  }
}
