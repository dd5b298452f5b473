import type { Connection, PeerId } from '@libp2p/interface';
import { peerIdFromString } from '@libp2p/peer-id';
import { GgenError } from '../../shared/errors.ts';
import type { PeerDetails, PeerSummary } from '../../shared/model.ts';
import type { Catalogue } from '../catalogue/catalogue.ts';
import type { KnownPeer } from '../catalogue/peers.ts';
import { score } from '../reputation/score.ts';
import { claimedName } from './libp2p-options.ts';
import type { MarketplaceNode } from './node.ts';

/** How often round-trip times are taken. */
const PING_INTERVAL_MS = 15_000;
const PING_BOUND_MS = 5_000;
/** Peers that are away but listed, beside all connected ones. */
const AWAY_LISTED = 100;

/**
 * Who is connected, under which name, how far away: the running node's connections, joined with what the catalogue
 * remembers. Listens to libp2p from construction to `stop`, so that no event is missed.
 */
export class Presence {
  readonly #node: MarketplaceNode;
  readonly #catalogue: Catalogue;
  readonly #changed: () => void;
  readonly #rtts = new Map<string, number>();
  readonly #stopped = new AbortController();
  readonly #timer: NodeJS.Timeout;

  constructor(node: MarketplaceNode, catalogue: Catalogue, changed: () => void) {
    this.#node = node;
    this.#catalogue = catalogue;
    this.#changed = changed;
    const { signal } = this.#stopped;
    const { libp2p } = node;
    libp2p.addEventListener(
      'connection:open',
      ({ detail }) => {
        this.#opened(detail);
      },
      { signal },
    );
    libp2p.addEventListener(
      'connection:close',
      () => {
        this.#changed();
      },
      { signal },
    );
    libp2p.addEventListener(
      'peer:disconnect',
      ({ detail }) => {
        this.#left(detail);
      },
      { signal },
    );
    libp2p.addEventListener(
      'peer:identify',
      ({ detail }) => {
        const agent = (detail.agentVersion ?? '').slice(0, 256);
        this.#remember(detail.peerId.toString(), { agent, name: claimedName(agent) });
        this.#changed();
      },
      { signal },
    );
    this.#timer = setInterval(() => {
      for (const peer of libp2p.getPeers()) this.#ping(peer);
    }, PING_INTERVAL_MS);
    this.#timer.unref();
  }

  stop(): void {
    this.#stopped.abort();
    clearInterval(this.#timer);
  }

  /** Connected peers by the time they came, then those that are away, last seen first. */
  list(connectedOnly: boolean): PeerSummary[] {
    const connected = this.#node.libp2p.getPeers().map((peer) => this.#summary(peer.toString()));
    connected.sort((a, b) => (a.since ?? 0) - (b.since ?? 0));
    if (connectedOnly) return connected;
    const here = new Set(connected.map(({ id }) => id));
    return [...connected, ...awayPeers(this.#catalogue, here)];
  }

  async details(id: string): Promise<PeerDetails> {
    const known = this.#catalogue.peers.get(id);
    const connections = this.#connections(id);
    if (known === undefined && connections.length === 0) {
      throw new GgenError('PeerNotFound', `Peer ${id} is not known here. The Peers view lists those that are.`, {
        details: { id },
      });
    }
    const stored = await this.#node.libp2p.peerStore.get(peerIdFromString(id)).catch(() => undefined);
    return {
      ...this.#summary(id),
      ...knownDetails(known, this.#catalogue.peers.provides(id)),
      protocols: stored?.protocols ?? [],
      addresses: stored?.addresses.map(({ multiaddr }) => multiaddr.toString()) ?? [],
    };
  }

  #summary(id: string): PeerSummary {
    const connection = this.#connections(id)[0];
    const known = this.#catalogue.peers.get(id);
    const rtt = connection?.rtt ?? this.#rtts.get(id);
    return {
      ...awaySummary(id, known),
      ...(connection === undefined
        ? {}
        : {
            address: connection.remoteAddr.toString(),
            connected: true,
            direction: connection.direction,
            since: connection.timeline.open,
          }),
      ...(rtt === undefined ? {} : { rtt }),
    };
  }

  #connections(id: string): Connection[] {
    return this.#node.libp2p.getConnections(peerIdFromString(id));
  }

  #opened(connection: Connection): void {
    this.#remember(connection.remotePeer.toString(), { address: connection.remoteAddr.toString() });
    this.#changed();
    this.#ping(connection.remotePeer);
  }

  #left(peer: PeerId): void {
    this.#rtts.delete(peer.toString());
    this.#remember(peer.toString(), {});
    this.#changed();
  }

  #remember(id: string, what: { address?: string; name?: string; agent?: string }): void {
    if (!this.#stopped.signal.aborted) this.#catalogue.peers.seen(id, what, Date.now());
  }

  #ping(peer: PeerId): void {
    const signal = AbortSignal.any([this.#stopped.signal, AbortSignal.timeout(PING_BOUND_MS)]);
    this.#node.libp2p.services.ping
      .ping(peer, { signal })
      .then((rtt) => {
        this.#rtts.set(peer.toString(), rtt);
        this.#changed();
      })
      // A peer that doesn't answer is dropped by libp2p's own monitor; here it only means: no figure yet.
      .catch(() => undefined);
  }
}

/** Known peers that are not among `here`, last seen first. */
export function awayPeers(catalogue: Catalogue, here: ReadonlySet<string>): PeerSummary[] {
  return catalogue.peers
    .list(AWAY_LISTED + here.size)
    .filter(({ id }) => !here.has(id))
    .slice(0, AWAY_LISTED)
    .map((known) => awaySummary(known.id, known));
}

/** What is remembered of a peer while it is away, or while no node runs. */
export function awayDetails(catalogue: Catalogue, id: string): PeerDetails | undefined {
  const known = catalogue.peers.get(id);
  if (known === undefined) return undefined;
  return {
    ...awaySummary(id, known),
    ...knownDetails(known, catalogue.peers.provides(id)),
    protocols: [],
    addresses: known.address === '' ? [] : [known.address],
  };
}

function awaySummary(id: string, known: KnownPeer | undefined): PeerSummary {
  const stats = known?.stats ?? { successes: 0, failures: 0, packages: 0 };
  return {
    id,
    name: known?.name ?? '',
    address: known?.address ?? '',
    connected: false,
    reputation: score(stats, Date.now()),
    packages: stats.packages,
  };
}

function knownDetails(
  known: KnownPeer | undefined,
  provides: string[],
): Omit<PeerDetails, keyof PeerSummary | 'protocols' | 'addresses'> {
  const stats = known?.stats;
  return {
    agent: known?.agent ?? '',
    successes: stats?.successes ?? 0,
    failures: stats?.failures ?? 0,
    ...(stats?.averageResponse === undefined ? {} : { averageResponse: stats.averageResponse }),
    ...(stats?.lastSeen === undefined ? {} : { lastSeen: stats.lastSeen }),
    provides,
  };
}
