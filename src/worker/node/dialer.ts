import { peerIdFromString } from '@libp2p/peer-id';
import { multiaddr } from '@multiformats/multiaddr';
import type { Multiaddr } from '@multiformats/multiaddr';
import type { AbortOptions, PeerId, PeerInfo, PeerStore } from '@libp2p/interface';
import type { KadDHT } from '@libp2p/kad-dht';
import { BoundedCache } from '../../shared/bounded-cache.ts';
import { GgenError, errorMessage } from '../../shared/errors.ts';
import type { BootstrapResult } from '../../shared/model.ts';
import type { Logger } from '../logging/logger.ts';
import type { PeriodicTask, TaskReport } from '../maintenance/scheduler.ts';

/** How often the dialer looks for missing connections. */
const DIAL_INTERVAL_MS = 1_000;
/** Upper bound of the dial backoff: the pause before a peer is dialed again, doubled after each failure. */
const MAX_DIAL_BACKOFF_MS = 60_000;
const DIAL_TIMEOUT_MS = 10_000;
/** Below this many connections the dialer also dials peers from the peer store, which libp2p does not do. */
const MIN_CONNECTIONS = 12;
const MAX_PARALLEL_DIALS = 4;
/** Peers and addresses whose failed dials are remembered. */
const MAX_TRACKED_FAILURES = 2_000;
/**
 * Pauses between searches for peers in the DHT while too few are known. kad-dht searches once shortly after the start, when perhaps
 * no peer is connected yet, and then only every five minutes.
 */
const MIN_DISCOVERY_BACKOFF_MS = 1_000;
const MAX_DISCOVERY_BACKOFF_MS = 120_000;
const DISCOVERY_TIMEOUT_MS = 5_000;

/** The parts of the node that the dialer uses. */
export interface DialingNode {
  readonly peerId: PeerId;
  peers(): readonly PeerId[];
  readonly libp2p: {
    readonly peerStore: Pick<PeerStore, 'all' | 'merge'>;
    readonly services: { readonly dht: Pick<KadDHT, 'getClosestPeers'> };
    getConnections(peer: PeerId): readonly unknown[];
    dial(target: PeerId | Multiaddr, options: AbortOptions): Promise<unknown>;
  };
}

interface FailedDial {
  failures: number;
  retryAt: number;
}

/** Keeps this node connected: always to its bootstrap peers, and to some of the peers that it knows. */
export class Dialer {
  readonly #node: DialingNode;
  readonly #log: Pick<Logger, 'warn' | 'debug'>;
  readonly #bootstrap = new Map<string, BootstrapResult>();
  /** Bounded, because other peers can name any number of unreachable ones. */
  readonly #failedDials = new BoundedCache<FailedDial>({ maxEntries: MAX_TRACKED_FAILURES });
  #discovery = { backoffMs: MIN_DISCOVERY_BACKOFF_MS, retryAt: 0 };
  readonly #isBanned: (peer: string) => boolean;
  /**
   * When a disconnected bootstrap peer is dialed again if this node has enough other connections: the peer may have pruned this
   * connection because it has too many.
   */
  readonly #redialAt = new Map<string, number>();

  constructor(node: DialingNode, log: Pick<Logger, 'warn' | 'debug'>, isBanned: (peer: string) => boolean) {
    this.#node = node;
    this.#log = log;
    this.#isBanned = isBanned;
  }

  /** The periodic task that connects this node. @param bootstrap addresses that are dialed first */
  task(bootstrap: Iterable<string>): PeriodicTask {
    for (const address of bootstrap) this.#bootstrap.set(address, { address, state: 'pending' });
    return {
      name: 'dial',
      title: 'Keep this node connected',
      intervalMs: DIAL_INTERVAL_MS,
      initialDelayMs: 0,
      timeoutMs: 2 * DIAL_TIMEOUT_MS,
      quiet: true,
      run: (signal) => this.#connect(signal),
    };
  }

  /** Replaces the bootstrap peers: new ones are dialed in the next round, others no longer. */
  setBootstrapPeers(bootstrap: Iterable<string>): void {
    const wanted = new Set(bootstrap);
    for (const address of this.#bootstrap.keys()) if (!wanted.has(address)) this.#bootstrap.delete(address);
    for (const address of wanted) {
      if (!this.#bootstrap.has(address)) this.#bootstrap.set(address, { address, state: 'pending' });
    }
  }

  /** Whether a peer is one of the bootstrap peers. */
  isBootstrapPeer(peer: string): boolean {
    return [...this.#bootstrap.keys()].some((address) => peerIdOfAddress(address) === peer);
  }

  bootstrapResults(): BootstrapResult[] {
    return [...this.#bootstrap.values()].map((result) => {
      const peer = peerIdOfAddress(result.address);
      return peer !== undefined && this.#isConnected(peer) ? { address: result.address, state: 'connected' } : result;
    });
  }

  /**
   * Dials a bootstrap peer now, and keeps it connected from now on. A failed dial is a result, not an error: the dialer retries.
   *
   * @throws GgenError InvalidAddress; the reason of `signal`
   */
  async bootstrap(address: string, signal?: AbortSignal): Promise<BootstrapResult> {
    parseBootstrapAddress(address);
    const result = await this.#dialBootstrap(address, signal);
    this.#bootstrap.set(address, result);
    return result;
  }

  async #connect(stopSignal: AbortSignal): Promise<TaskReport> {
    // Monotonic, so that a corrected clock does not stop the dialing.
    const now = performance.now();
    const dials: Promise<void>[] = [];
    const missing = MIN_CONNECTIONS - this.#node.peers().length;
    for (const address of this.#bootstrap.keys()) {
      const peer = peerIdOfAddress(address);
      if (peer !== undefined && this.#isConnected(peer)) {
        this.#redialAt.set(address, now + jitter(MAX_DIAL_BACKOFF_MS));
      } else if (missing <= 0 && (this.#redialAt.get(address) ?? 0) > now) {
        this.#bootstrap.set(address, { address, state: 'pending' });
      } else if (this.#isDue(address, now)) {
        dials.push(this.#redialBootstrap(address, stopSignal));
      }
    }
    if (missing > 0) {
      const known = await this.#dialable(now);
      if (known.length === 0) await this.#discoverPeers(now, stopSignal);
      for (const peer of known.slice(0, Math.min(missing, MAX_PARALLEL_DIALS)))
        dials.push(this.#dialKnown(peer, stopSignal));
    }
    await Promise.all(dials);
    return { detail: `${this.#node.peers().length} connected` };
  }

  async #redialBootstrap(address: string, stopSignal: AbortSignal): Promise<void> {
    const result = await this.#dialBootstrap(address, stopSignal).catch((error: unknown): BootstrapResult => {
      return { address, state: 'failed', error: errorMessage(error) };
    });
    if (this.#bootstrap.get(address)?.error !== result.error && result.error !== undefined) {
      this.#log.warn(`Cannot reach bootstrap peer ${address}: ${result.error}`);
    }
    this.#bootstrap.set(address, result);
  }

  async #dialBootstrap(address: string, signal?: AbortSignal): Promise<BootstrapResult> {
    try {
      await this.#node.libp2p.dial(parseBootstrapAddress(address), { signal: withDialTimeout(signal) });
      this.#failedDials.delete(address);
      return { address, state: 'connected' };
    } catch (error) {
      signal?.throwIfAborted();
      this.#recordFailure(address);
      return { address, state: 'failed', error: describeDialError(error) };
    }
  }

  /** Asks the DHT for peers close to this node. The answers name further peers, which the next round dials. */
  async #discoverPeers(now: number, stopSignal: AbortSignal): Promise<void> {
    if (now < this.#discovery.retryAt || this.#node.peers().length === 0) return;
    const { backoffMs } = this.#discovery;
    this.#discovery = { backoffMs: Math.min(2 * backoffMs, MAX_DISCOVERY_BACKOFF_MS), retryAt: now + backoffMs };
    const signal = AbortSignal.any([stopSignal, AbortSignal.timeout(DISCOVERY_TIMEOUT_MS)]);
    try {
      const ownKey = this.#node.peerId.toMultihash().bytes;
      for await (const event of this.#node.libp2p.services.dht.getClosestPeers(ownKey, { signal })) {
        if (event.name === 'FINAL_PEER') await this.#saveAddresses(event.peer);
      }
    } catch (error) {
      if (!stopSignal.aborted) this.#log.debug(`Looking for peers in the DHT failed: ${errorMessage(error)}`);
    }
  }

  async #saveAddresses({ id, multiaddrs }: PeerInfo): Promise<void> {
    if (multiaddrs.length > 0 && !id.equals(this.#node.peerId)) {
      await this.#node.libp2p.peerStore.merge(id, { multiaddrs });
    }
  }

  /**
   * Peers that can be dialed: with known addresses, not connected, and not failed recently. Those with the fewest failures come
   * first: otherwise a reachable peer would wait behind many that are gone for good.
   */
  async #dialable(now: number): Promise<PeerId[]> {
    const peers = await this.#node.libp2p.peerStore.all();
    return peers
      .filter(({ id, addresses }) => addresses.length > 0 && !id.equals(this.#node.peerId))
      .map(({ id }) => ({ id, key: id.toString() }))
      .filter(({ key }) => !this.#isConnected(key) && this.#isDue(key, now) && !this.#isBanned(key))
      .map(({ id, key }) => ({ id, failures: this.#failedDials.get(key)?.failures ?? 0 }))
      .sort((a, b) => a.failures - b.failures)
      .map(({ id }) => id);
  }

  async #dialKnown(peer: PeerId, stopSignal: AbortSignal): Promise<void> {
    try {
      await this.#node.libp2p.dial(peer, { signal: withDialTimeout(stopSignal) });
      this.#failedDials.delete(peer.toString());
    } catch {
      this.#recordFailure(peer.toString());
    }
  }

  #isConnected(peer: string): boolean {
    return this.#node.libp2p.getConnections(peerIdFromString(peer)).length > 0;
  }

  #isDue(key: string, now: number): boolean {
    return (this.#failedDials.get(key)?.retryAt ?? 0) <= now;
  }

  #recordFailure(key: string): void {
    const failures = (this.#failedDials.get(key)?.failures ?? 0) + 1;
    const backoffMs = Math.min(DIAL_INTERVAL_MS * 2 ** failures, MAX_DIAL_BACKOFF_MS);
    this.#failedDials.set(key, { failures, retryAt: performance.now() + jitter(backoffMs) });
  }
}

/** Varies a pause, so that not all peers dial a restarted hub at the same moment. */
function jitter(backoffMs: number): number {
  return backoffMs * (0.5 + Math.random() / 2);
}

function withDialTimeout(signal?: AbortSignal): AbortSignal {
  const timeout = AbortSignal.timeout(DIAL_TIMEOUT_MS);
  return signal === undefined ? timeout : AbortSignal.any([timeout, signal]);
}

/** @throws GgenError InvalidAddress */
export function parseBootstrapAddress(address: string): Multiaddr {
  const invalidAddressError = (reason: string, cause?: unknown): GgenError =>
    new GgenError(
      'InvalidAddress',
      `'${address}' is not a peer address: ${reason}. Use a format like /ip4/192.0.2.1/tcp/4001/p2p/12D3KooW…`,
      { details: { address }, cause },
    );
  let parsed: Multiaddr;
  try {
    parsed = multiaddr(address);
  } catch (cause) {
    throw invalidAddressError('it is not a multiaddr', cause);
  }
  const peer = peerIdOfAddress(address);
  if (peer === undefined) throw invalidAddressError('it must end with a peer ID (/p2p/…)');
  try {
    peerIdFromString(peer);
  } catch (cause) {
    throw invalidAddressError('its peer ID is not valid', cause);
  }
  return parsed;
}

function peerIdOfAddress(address: string): string | undefined {
  return /\/p2p\/([^/]+)$/.exec(address)?.[1];
}

function describeDialError(error: unknown): string {
  const text = error instanceof AggregateError ? error.errors.map(errorMessage).join('; ') : errorMessage(error);
  if (text.includes('ECONNREFUSED')) return 'connection refused: no peer is listening at this address';
  if (/ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|aborted|timeout/i.test(text)) return 'this address does not respond';
  if (/UnexpectedPeer|remote peer|identity/i.test(text)) return 'a different peer responded at this address';
  if (/denied|gater/i.test(text)) return 'this peer was banned, by you or automatically: unban it first';
  if (/self/i.test(text)) return 'this is the address of this node';
  return text;
}
