import { isPrivate } from '@libp2p/utils';
import { GgenError } from '../../../shared/errors.ts';
import type { TransferSettings, TransferStatus } from '../../../shared/model.ts';
import type { RemoteConnection } from './libp2p-parts.ts';
import { TokenBuckets } from './token-buckets.ts';

/** How often a caller that waits for a rate limit checks it: the user may lift the limit. */
const RATE_CHECK_INTERVAL_MS = 250;
/** Bytes sent at once under a rate limit. */
const LIMITED_CHUNK_BYTES = 16 * 1024;
/**
 * Bytes sent at once without one: with yamux's header of 12 bytes they fill four messages of noise, each of which has a tag of 16
 * bytes. A few bytes more would cost a fifth message.
 */
const CHUNK_BYTES = 4 * (65_535 - 16) - 12;
const DAY_MS = 24 * 60 * 60 * 1000;
const SHARED_KEY = '';

export type Direction = 'sent' | 'received';

/** Keeps the day's byte counts and the pause across restarts. */
export interface TrafficStore {
  /** Bytes of one day. @param day number of days since the epoch */
  load(day: number): Readonly<Record<Direction, number>>;
  save(day: number, bytes: Readonly<Record<Direction, number>>): void;
  isPaused(): boolean;
  savePaused(paused: boolean): void;
}

/**
 * Counts the bytes of packages that are sent and received, and enforces the user's upload limits, download limits and pause. Limits apply to all peers
 * together. Peers on a private address are neither counted nor limited, unless the user sets `limitLocalNetwork`.
 */
export class Traffic {
  readonly #store: TrafficStore;
  #settings: TransferSettings;
  #buckets: Readonly<Record<Direction, TokenBuckets | undefined>>;
  #day: number;
  #bytes: Record<Direction, number>;
  #paused: boolean;

  constructor(store: TrafficStore, settings: TransferSettings) {
    this.#store = store;
    this.#settings = settings;
    this.#buckets = buckets(settings);
    this.#day = today();
    this.#bytes = { ...store.load(this.#day) };
    this.#paused = store.isPaused();
  }

  get settings(): TransferSettings {
    return this.#settings;
  }

  /** Applies other limits, from the next byte on. */
  configure(settings: TransferSettings): void {
    if (JSON.stringify(settings) === JSON.stringify(this.#settings)) return;
    this.#settings = settings;
    this.#buckets = buckets(settings);
  }

  /** Whether the user paused seeding. */
  get paused(): boolean {
    return this.#paused;
  }

  pause(paused: boolean): void {
    this.#paused = paused;
    this.#store.savePaused(paused);
  }

  status(): TransferStatus {
    this.#rollOverDay();
    return { paused: this.#paused, uploadedToday: this.#bytes.sent, downloadedToday: this.#bytes.received };
  }

  /** Whether blocks may be served now. @param lan to a peer on the local network */
  maySend(lan: boolean): boolean {
    return !this.#paused && (this.#isExempt(lan) || this.#remainingToday('sent') > 0);
  }

  /** Bytes to transfer at once, so that a rate limit takes effect within a block; Infinity without one. */
  maxChunkBytes(direction: Direction, lan: boolean): number {
    return this.#isExempt(lan) || this.#buckets[direction] === undefined ? Infinity : LIMITED_CHUNK_BYTES;
  }

  /** The allowance of one connection: how many bytes to send at once, and when. */
  sendAllowance(
    connection: Pick<RemoteConnection, 'remoteAddr'>,
    signal: AbortSignal,
  ): { readonly chunkBytes: number; spend(bytes: number): Promise<void> } {
    const lan = isLocal(connection);
    return {
      chunkBytes: Math.min(CHUNK_BYTES, this.maxChunkBytes('sent', lan)),
      spend: (bytes) => this.spend('sent', bytes, lan, signal),
    };
  }

  /**
   * Counts bytes, and resolves when the rate limit allows them. A sender checks `maySend` before each block.
   *
   * @throws GgenError LimitReached when the day's download limit is reached; the reason of `signal`
   */
  async spend(direction: Direction, bytes: number, lan: boolean, signal: AbortSignal): Promise<void> {
    if (this.#isExempt(lan)) return;
    if (direction === 'received' && this.#remainingToday(direction) <= 0) throw limitReachedError();
    this.#bytes[direction] += bytes;
    while (this.#buckets[direction]?.take(SHARED_KEY, bytes) === false) await sleep(signal);
  }

  /** Stores the day's counts. */
  save(): void {
    this.#rollOverDay();
    this.#store.save(this.#day, this.#bytes);
  }

  #isExempt(lan: boolean): boolean {
    return lan && !this.#settings.limitLocalNetwork;
  }

  #remainingToday(direction: Direction): number {
    this.#rollOverDay();
    const limit = direction === 'sent' ? this.#settings.uploadPerDay : this.#settings.downloadPerDay;
    return limit === 0 ? Infinity : limit - this.#bytes[direction];
  }

  #rollOverDay(): void {
    const day = today();
    if (day === this.#day) return;
    this.#store.save(this.#day, this.#bytes);
    this.#day = day;
    this.#bytes = { ...this.#store.load(day) };
  }
}

/** Whether the peer is on a private address: in the same local network, or on this machine. */
export function isLocal({ remoteAddr }: Pick<RemoteConnection, 'remoteAddr'>): boolean {
  try {
    return isPrivate(remoteAddr);
  } catch {
    // An address without an IP: a peer in this process.
    return remoteAddr.toString().startsWith('/memory/');
  }
}

function limitReachedError(): GgenError {
  return new GgenError(
    'LimitReached',
    'Your daily transfer limit is reached. Increase it in the settings, or try again tomorrow.',
  );
}

function buckets({ uploadRate, downloadRate }: TransferSettings): Record<Direction, TokenBuckets | undefined> {
  return { sent: bucket(uploadRate), received: bucket(downloadRate) };
}

function bucket(rate: number): TokenBuckets | undefined {
  return rate === 0 ? undefined : new TokenBuckets({ capacity: rate, perSecond: rate, maxKeys: 1 });
}

function today(): number {
  return Math.floor(Date.now() / DAY_MS);
}

async function sleep(signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  await new Promise<void>((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, RATE_CHECK_INTERVAL_MS);
    signal.addEventListener('abort', done, { once: true });
  });
  signal.throwIfAborted();
}
