import { peerIdFromString } from '@libp2p/peer-id';
import { multiaddr } from '@multiformats/multiaddr';
import type { Multiaddr } from '@multiformats/multiaddr';
import type { PeerId, PeerInfo } from '@libp2p/interface';
import { BoundedCache } from '../../shared/bounded-cache.ts';
import { GgenError, errorMessage } from '../../shared/errors.ts';
import type { BootstrapResult } from '../../shared/model.ts';
import type { Logger } from '../logging/log.ts';
import type { Task, TaskReport } from '../maintenance/scheduler.ts';
import type { MarketplaceNode } from './node.ts';

/** How often missing connections are looked at; also the shortest pause before a peer is dialled again. */
const ROUND_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;
const DIAL_BOUND_MS = 10_000;
/** Below this many connections, peers that the peer store knows are dialled too: nothing in libp2p does it. */
const ENOUGH_CONNECTIONS = 12;
const PARALLEL_DIALS = 4;
/** Peers and addresses of which it is remembered that they were dialled in vain. */
const REMEMBERED = 2_000;
/**
 * Pauses between looking for peers in the DHT while too few are known. kad-dht looks once shortly after the start, when
 * perhaps nobody was connected yet, and then only every five minutes.
 */
const FIRST_LOOK_MS = 1_000;
const LONGEST_LOOK_MS = 120_000;
const LOOK_BOUND_MS = 5_000;

interface Attempt {
  failures: number;
  notBefore: number;
}

/** Keeps this node connected: to its bootstrap peers always, and to some of the peers that it heard of. */
export class Connector {
  readonly #node: MarketplaceNode;
  readonly #log: Logger;
  readonly #bootstrap = new Map<string, BootstrapResult>();
  /** Failed ones. Bounded: others can name any number of peers that nobody reaches. */
  readonly #attempts = new BoundedCache<Attempt>({ entries: REMEMBERED });
  #look = { pause: FIRST_LOOK_MS, notBefore: 0 };
  readonly #isBanned: (peer: string) => boolean;
  /**
   * Until when a bootstrap peer that is gone is left alone by whoever has enough others: it may have let go of this node because
   * it has too many.
   */
  readonly #rest = new Map<string, number>();

  constructor(node: MarketplaceNode, log: Logger, isBanned: (peer: string) => boolean) {
    this.#node = node;
    this.#log = log;
    this.#isBanned = isBanned;
  }

  /** The upkeep that connects this node, to these first. */
  task(bootstrap: Iterable<string>): Task {
    for (const address of bootstrap) this.#bootstrap.set(address, { address, state: 'pending' });
    return {
      name: 'connect',
      title: 'Keep this node connected',
      every: ROUND_MS,
      first: 0,
      bound: 2 * DIAL_BOUND_MS,
      quiet: true,
      run: (signal) => this.#connect(signal),
    };
  }

  /** From now on these are the bootstrap peers: new ones are dialled in the next round, others no longer. */
  follow(bootstrap: Iterable<string>): void {
    const wanted = new Set(bootstrap);
    for (const address of this.#bootstrap.keys()) if (!wanted.has(address)) this.#bootstrap.delete(address);
    for (const address of wanted) {
      if (!this.#bootstrap.has(address)) this.#bootstrap.set(address, { address, state: 'pending' });
    }
  }

  /** Whether a peer is one of the bootstrap peers. */
  wants(peer: string): boolean {
    return [...this.#bootstrap.keys()].some((address) => peerOf(address) === peer);
  }

  bootstrapResults(): BootstrapResult[] {
    return [...this.#bootstrap.values()].map((result) => {
      const peer = peerOf(result.address);
      return peer !== undefined && this.#isConnected(peer) ? { address: result.address, state: 'connected' } : result;
    });
  }

  /**
   * Dial a bootstrap peer now, and keep it connected from now on.
   *
   * @throws GgenError InvalidAddress; a failed dial is a result, not an error: the node goes on trying
   */
  async bootstrap(address: string, signal?: AbortSignal): Promise<BootstrapResult> {
    parseBootstrapAddress(address);
    const result = await this.#dialBootstrap(address, signal);
    this.#bootstrap.set(address, result);
    return result;
  }

  async #connect(stop: AbortSignal): Promise<TaskReport> {
    // Monotonic: a clock that is set right must not keep it from dialling.
    const now = performance.now();
    const dials: Promise<void>[] = [];
    const missing = ENOUGH_CONNECTIONS - this.#node.peers().length;
    for (const address of this.#bootstrap.keys()) {
      const peer = peerOf(address);
      if (peer !== undefined && this.#isConnected(peer)) {
        this.#rest.set(address, now + spread(LONGEST_PAUSE_MS));
      } else if (missing <= 0 && (this.#rest.get(address) ?? 0) > now) {
        this.#bootstrap.set(address, { address, state: 'pending' });
      } else if (this.#isDue(address, now)) {
        dials.push(this.#bootstrapAgain(address, stop));
      }
    }
    if (missing > 0) {
      const known = await this.#dialable(now);
      if (known.length === 0) await this.#lookAround(now, stop);
      for (const peer of known.slice(0, Math.min(missing, PARALLEL_DIALS))) dials.push(this.#dialKnown(peer, stop));
    }
    await Promise.all(dials);
    return { detail: `${this.#node.peers().length} connected` };
  }

  async #bootstrapAgain(address: string, stop: AbortSignal): Promise<void> {
    const result = await this.#dialBootstrap(address, stop).catch((error: unknown): BootstrapResult => {
      return { address, state: 'failed', error: errorMessage(error) };
    });
    if (this.#bootstrap.get(address)?.error !== result.error && result.error !== undefined) {
      this.#log.warn(`Bootstrap peer ${address} is not reachable: ${result.error}`);
    }
    this.#bootstrap.set(address, result);
  }

  async #dialBootstrap(address: string, signal?: AbortSignal): Promise<BootstrapResult> {
    try {
      await this.#node.libp2p.dial(parseBootstrapAddress(address), { signal: bounded(signal) });
      this.#attempts.delete(address);
      return { address, state: 'connected' };
    } catch (error) {
      signal?.throwIfAborted();
      this.#failed(address);
      return { address, state: 'failed', error: dialFailure(error) };
    }
  }

  /** Ask the DHT for peers near this node: whoever answers names others, whom the next round dials. */
  async #lookAround(now: number, stop: AbortSignal): Promise<void> {
    if (now < this.#look.notBefore || this.#node.peers().length === 0) return;
    const { pause } = this.#look;
    this.#look = { pause: Math.min(2 * pause, LONGEST_LOOK_MS), notBefore: now + pause };
    const signal = AbortSignal.any([stop, AbortSignal.timeout(LOOK_BOUND_MS)]);
    try {
      const near = this.#node.peerId.toMultihash().bytes;
      for await (const event of this.#node.libp2p.services.dht.getClosestPeers(near, { signal })) {
        if (event.name === 'FINAL_PEER') await this.#remember(event.peer);
      }
    } catch (error) {
      if (!stop.aborted) this.#log.debug(`Looking for peers in the DHT ended: ${errorMessage(error)}`);
    }
  }

  async #remember({ id, multiaddrs }: PeerInfo): Promise<void> {
    if (multiaddrs.length > 0 && !id.equals(this.#node.peerId)) {
      await this.#node.libp2p.peerStore.merge(id, { multiaddrs });
    }
  }

  /**
   * Peers that one could dial: known addresses, not connected, not lately failed. Those that failed least come first: among
   * the many that are gone for good, one that is there would not have its turn otherwise.
   */
  async #dialable(now: number): Promise<PeerId[]> {
    const peers = await this.#node.libp2p.peerStore.all();
    return peers
      .filter(({ id, addresses }) => addresses.length > 0 && !id.equals(this.#node.peerId))
      .map(({ id }) => ({ id, key: id.toString() }))
      .filter(({ key }) => !this.#isConnected(key) && this.#isDue(key, now) && !this.#isBanned(key))
      .map(({ id, key }) => ({ id, failures: this.#attempts.get(key)?.failures ?? 0 }))
      .sort((a, b) => a.failures - b.failures)
      .map(({ id }) => id);
  }

  async #dialKnown(peer: PeerId, stop: AbortSignal): Promise<void> {
    try {
      await this.#node.libp2p.dial(peer, { signal: bounded(stop) });
      this.#attempts.delete(peer.toString());
    } catch {
      this.#failed(peer.toString());
    }
  }

  #isConnected(peer: string): boolean {
    return this.#node.libp2p.getConnections(peerIdFromString(peer)).length > 0;
  }

  #isDue(key: string, now: number): boolean {
    return (this.#attempts.get(key)?.notBefore ?? 0) <= now;
  }

  #failed(key: string): void {
    const failures = (this.#attempts.get(key)?.failures ?? 0) + 1;
    const pause = Math.min(ROUND_MS * 2 ** failures, LONGEST_PAUSE_MS);
    this.#attempts.set(key, { failures, notBefore: performance.now() + spread(pause) });
  }
}

/** Spread over the pause, so that a restarted hub is not dialled by everybody in the same moment. */
function spread(pause: number): number {
  return pause * (0.5 + Math.random() / 2);
}

function bounded(signal?: AbortSignal): AbortSignal {
  const timeout = AbortSignal.timeout(DIAL_BOUND_MS);
  return signal === undefined ? timeout : AbortSignal.any([timeout, signal]);
}

/** @throws GgenError InvalidAddress */
export function parseBootstrapAddress(address: string): Multiaddr {
  const wrong = (why: string, cause?: unknown): GgenError =>
    new GgenError(
      'InvalidAddress',
      `'${address}' is not the address of a peer: ${why}. Write it like /ip4/192.0.2.1/tcp/4001/p2p/12D3KooW…`,
      { details: { address }, cause },
    );
  let parsed: Multiaddr;
  try {
    parsed = multiaddr(address);
  } catch (cause) {
    throw wrong('it is no multiaddr', cause);
  }
  const peer = peerOf(address);
  if (peer === undefined) throw wrong('the peer id (/p2p/…) is missing at its end');
  try {
    peerIdFromString(peer);
  } catch (cause) {
    throw wrong('its peer id is not valid', cause);
  }
  return parsed;
}

function peerOf(address: string): string | undefined {
  return /\/p2p\/([^/]+)$/.exec(address)?.[1];
}

function dialFailure(error: unknown): string {
  const text = error instanceof AggregateError ? error.errors.map(errorMessage).join('; ') : errorMessage(error);
  if (text.includes('ECONNREFUSED')) return 'nobody listens at this address';
  if (/ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|aborted|timeout/i.test(text)) return 'the address does not answer';
  if (/UnexpectedPeer|remote peer|identity/i.test(text)) return 'another peer answers at this address';
  if (/denied|gater/i.test(text)) return 'you banned this peer, or it was banned for what it did: lift the ban first';
  if (/self/i.test(text)) return 'this is the address of this node itself';
  return text;
}
