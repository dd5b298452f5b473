import type { Connection, PeerId } from '@libp2p/interface';
import { peerIdFromString } from '@libp2p/peer-id';
import { GgenError, errorMessage } from '../../shared/errors.ts';
import type { PeerDetails, PeerSummary, ReputationParts } from '../../shared/model.ts';
import type { Catalogue } from '../catalog/catalogue.ts';
import type { KnownPeer } from '../catalog/tables/peers.ts';
import type { Task } from '../maintenance/scheduler.ts';
import type { Conduct } from '../reputation/conduct.ts';
import type { Logger } from '../logging/log.ts';
import type { Tracing } from '../telemetry/telemetry.ts';
import { claimedName } from './libp2p-options.ts';
import type { MarketplaceNode } from './node.ts';

/** How often round-trip times are taken. */
const TELL_INTERVAL_MS = 15_000;
const PING_BOUND_MS = 5_000;
/** Peers that are away but listed, beside all connected ones. */
const AWAY_LISTED = 100;

export interface PresenceOptions {
  readonly node: MarketplaceNode;
  readonly catalogue: Catalogue;
  readonly conduct: Conduct;
  readonly telemetry: Tracing;
  readonly log: Logger;
  /** Called after anything that `list` shows has changed. */
  readonly changed: () => void;
}

/**
 * Who is connected, under which name, how far away: the running node's connections, joined with what the catalogue
 * remembers. Listens to libp2p from construction to `stop`, so that no event is missed.
 */
export class Presence {
  readonly #node: MarketplaceNode;
  readonly #catalogue: Catalogue;
  readonly #log: Logger;
  readonly #changed: () => void;
  readonly #rtts = new Map<string, number>();
  readonly #conduct: Conduct;
  readonly #stopped = new AbortController();

  constructor({ node, catalogue, conduct, telemetry, log, changed }: PresenceOptions) {
    this.#node = node;
    this.#catalogue = catalogue;
    this.#conduct = conduct;
    this.#log = log;
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
        const id = detail.peerId.toString();
        telemetry.event('identify', { peer_id: id }, () => {
          this.#remember(id, { agent, name: claimedName(agent) });
          this.#changed();
        });
      },
      { signal },
    );
  }

  task(): Task {
    return {
      name: 'distances',
      title: 'Tell how far connected peers are',
      every: TELL_INTERVAL_MS,
      bound: PING_BOUND_MS,
      run: () => {
        // libp2p's own monitor pings each connection and notes the time: a second ping would only be more traffic.
        this.#changed();
        return Promise.resolve(undefined);
      },
    };
  }

  stop(): void {
    this.#stopped.abort();
  }

  /** Connected peers by the time they came, then those that are away, last seen first. */
  list(connectedOnly: boolean): PeerSummary[] {
    const connected = [...this.#node.connections()].map(([id, connection]) => this.#summary(id, connection));
    connected.sort((a, b) => (a.since ?? 0) - (b.since ?? 0));
    if (connectedOnly) return connected;
    const here = new Set(connected.map(({ id }) => id));
    return [...connected, ...awayPeers(this.#catalogue, this.#conduct, here)];
  }

  async details(id: string): Promise<PeerDetails> {
    const known = this.#catalogue.peers.get(id);
    const connections = this.#node.libp2p.getConnections(peerIdFromString(id));
    if (known === undefined && connections.length === 0 && !this.#conduct.standings().includes(id)) {
      throw new GgenError('PeerNotFound', `Peer ${id} is not known here. The Peers view lists those that are.`, {
        details: { id },
      });
    }
    const stored = await this.#node.libp2p.peerStore.get(peerIdFromString(id)).catch(() => undefined);
    return {
      ...this.#summary(id, connections[0]),
      ...knownDetails(known, this.#catalogue.peers.provides(id), this.#conduct.parts(id)),
      protocols: stored?.protocols ?? [],
      addresses: stored?.addresses.map(({ multiaddr }) => multiaddr.toString()) ?? [],
    };
  }

  #summary(id: string, connection: Connection | undefined): PeerSummary {
    const known = this.#catalogue.peers.get(id);
    const rtt = connection?.rtt ?? this.#rtts.get(id);
    return {
      ...awaySummary(id, known, this.#conduct),
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

  #opened(connection: Connection): void {
    this.#remember(connection.remotePeer.toString(), { address: connection.remoteAddr.toString() });
    this.#changed();
    void this.#ping(connection.remotePeer);
  }

  #left(peer: PeerId): void {
    this.#rtts.delete(peer.toString());
    this.#remember(peer.toString(), {});
    this.#changed();
  }

  #remember(id: string, what: { address?: string; name?: string; agent?: string }): void {
    if (this.#stopped.signal.aborted) return;
    try {
      this.#catalogue.peers.seen(id, what, Date.now());
    } catch (error) {
      // In a listener of libp2p nobody would catch it, and a full disk would end the engine.
      this.#log.error(`What was learnt of peer ${id} could not be kept: ${errorMessage(error)}`);
    }
  }

  /** Never fails: a peer that doesn't answer is dropped by libp2p's own monitor; here it only means: no figure yet. */
  #ping(peer: PeerId): Promise<void> {
    const signal = AbortSignal.any([this.#stopped.signal, AbortSignal.timeout(PING_BOUND_MS)]);
    return this.#node.libp2p.services.ping
      .ping(peer, { signal })
      .then((rtt) => {
        this.#rtts.set(peer.toString(), rtt);
        this.#changed();
      })
      .catch(() => undefined);
  }
}

/** Known peers that are not among `here`, last seen first; those with a standing in any case, so that it can be lifted. */
export function awayPeers(catalogue: Catalogue, conduct: Conduct, here: ReadonlySet<string>): PeerSummary[] {
  const lastSeen = catalogue.peers.list(AWAY_LISTED + here.size).map(({ id }) => id);
  const away = lastSeen.filter((id) => !here.has(id)).slice(0, AWAY_LISTED);
  const marked = conduct.standings().filter((id) => !here.has(id) && !away.includes(id));
  return [...away, ...marked].map((id) => awaySummary(id, catalogue.peers.get(id), conduct));
}

/** What is remembered of a peer while it is away, or while no node runs. */
export function awayDetails(catalogue: Catalogue, conduct: Conduct, id: string): PeerDetails | undefined {
  const known = catalogue.peers.get(id);
  if (known === undefined && !conduct.standings().includes(id)) return undefined;
  return {
    ...awaySummary(id, known, conduct),
    ...knownDetails(known, catalogue.peers.provides(id), conduct.parts(id)),
    protocols: [],
    addresses: known === undefined || known.address === '' ? [] : [known.address],
  };
}

function awaySummary(id: string, known: KnownPeer | undefined, conduct: Conduct): PeerSummary {
  const { standing, reason, until } = conduct.standing(id);
  return {
    id,
    name: known?.name ?? '',
    address: known?.address ?? '',
    connected: false,
    reputation: conduct.score(id),
    packages: known?.claimed ?? 0,
    standing,
    ...(reason === undefined ? {} : { standingReason: reason }),
    ...(until === undefined ? {} : { standingUntil: until }),
  };
}

function knownDetails(
  known: KnownPeer | undefined,
  provides: string[],
  reputationParts: ReputationParts,
): Omit<PeerDetails, keyof PeerSummary | 'protocols' | 'addresses'> {
  const stats = known?.stats;
  return {
    agent: known?.agent ?? '',
    successes: stats?.successes ?? 0,
    failures: stats?.failures ?? 0,
    ...(stats?.averageResponse === undefined ? {} : { averageResponse: stats.averageResponse }),
    ...(stats?.throughput === undefined ? {} : { throughput: stats.throughput }),
    ...(stats?.lastSeen === undefined ? {} : { lastSeen: stats.lastSeen }),
    provides,
    ...(stats?.location === undefined ? {} : { location: stats.location }),
    verifiedPackages: stats?.packages ?? 0,
    reputationParts,
  };
}
