import { BoundedCache } from '../../shared/bounded-cache.ts';
import type { ClockComparison } from '../../shared/model.ts';

/** Peers whose clocks are remembered; more would not make a median better. */
const MAX_PEERS = 256;
/** A comparison counts this long. Sync makes another one every two minutes. */
const SAMPLE_TTL_MS = 600_000;
/** A slower answer says too little: the error of a sample is at most half of its round trip. */
const MAX_ROUND_TRIP_MS = 10_000;
/** How far wall time and monotonic time may drift apart before the clock counts as set, or the machine as suspended. */
const MAX_DRIFT_MS = 30_000;

/** Time sources, so that tests can set them. */
export interface ClockSources {
  /** Milliseconds since the Unix epoch. */
  readonly wall: () => number;
  /** Milliseconds since any fixed moment. */
  readonly monotonic: () => number;
}

interface ClockSample {
  /** Milliseconds by which this machine's clock was ahead of the peer's. */
  readonly aheadMs: number;
  readonly wall: number;
  readonly monotonic: number;
}

/**
 * Compares this machine's clock with those of connected peers. Each sample is corrected by half of its round trip, as in
 * NTP. The median decides: as long as fewer than half of the peers lie, it lies between the values of honest ones.
 */
export class PeerClocks {
  readonly #samples = new BoundedCache<ClockSample>({ maxEntries: MAX_PEERS, ttlMs: SAMPLE_TTL_MS });
  readonly #sources: ClockSources;

  constructor(sources: ClockSources = { wall: () => Date.now(), monotonic: () => performance.now() }) {
    this.#sources = sources;
  }

  /**
   * Note the time that a peer stated in an answer that has just arrived.
   *
   * @param time milliseconds since the Unix epoch by the peer's clock
   * @param roundTripMs between the request and the answer
   */
  add(peer: string, time: number, roundTripMs: number): void {
    if (!(roundTripMs >= 0 && roundTripMs <= MAX_ROUND_TRIP_MS)) return;
    const { wall, monotonic } = this.#sources;
    const now = wall();
    this.#samples.set(peer, { aheadMs: now - (time + roundTripMs / 2), wall: now, monotonic: monotonic() });
  }

  /** The median over these peers; undefined while none of them can be compared. @param peers ids of connected peers */
  compare(peers: Iterable<string>): ClockComparison | undefined {
    const ahead = [...new Set(peers)]
      .map((peer) => this.#samples.get(peer))
      .filter((sample) => sample !== undefined && this.#isCurrent(sample))
      .map((sample) => sample?.aheadMs ?? 0)
      .sort((a, b) => a - b);
    if (ahead.length === 0) return undefined;
    // Of an even number, the middle one nearer to zero: half of the peers cannot claim a difference alone.
    const [low = 0, high = 0] = [ahead[Math.floor((ahead.length - 1) / 2)], ahead[Math.floor(ahead.length / 2)]];
    const median = Math.abs(low) < Math.abs(high) ? low : high;
    return { ahead: Math.round(median), peers: ahead.length };
  }

  /** A sample says nothing of a clock that was set after it. */
  #isCurrent(sample: ClockSample): boolean {
    const { wall, monotonic } = this.#sources;
    return Math.abs(wall() - sample.wall - (monotonic() - sample.monotonic)) <= MAX_DRIFT_MS;
  }
}
