import type { Connection, PeerId } from '@libp2p/interface';
import { peerIdFromString } from '@libp2p/peer-id';
import { GgenError, errorMessage } from '../../shared/errors.ts';
import type { PeerDetails, PeerSummary, ReputationParts } from '../../shared/model.ts';
import type { PeerStats } from '../reputation/score.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { KnownPeer } from '../catalog/tables/peers.ts';
import type { PeriodicTask } from '../maintenance/scheduler.ts';
import type { PeerReputation } from '../reputation/peer-reputation.ts';
import type { Logger } from '../logging/logger.ts';
import type { Tracing } from '../telemetry/telemetry.ts';
import { claimedName } from './libp2p-options.ts';
import type { MarketplaceNode } from './node.ts';

/** How often subscribers get new round-trip times. */
const RTT_REFRESH_INTERVAL_MS = 15_000;
const PING_TIMEOUT_MS = 5_000;
/** Disconnected peers that are listed after the connected ones. */
const MAX_DISCONNECTED_LISTED = 100;

/** What the catalog remembers of peers. */
interface PeerCatalog {
  readonly peers: Pick<Catalog['peers'], 'get' | 'list' | 'packagesOf'>;
}

type ReputationView = Pick<PeerReputation, 'standing' | 'standings' | 'score' | 'scoreParts'>;

export interface PeerDirectoryOptions {
  readonly node: Pick<MarketplaceNode, 'libp2p' | 'connections'>;
  readonly catalog: { readonly peers: PeerCatalog['peers'] & Pick<Catalog['peers'], 'saveSeen'> };
  readonly peerReputation: ReputationView;
  readonly telemetry: Pick<Tracing, 'event'>;
  readonly log: Pick<Logger, 'error'>;
  /** Called after a change of what `list` returns. */
  readonly onChange: () => void;
}

/**
 * What is known of each peer: the running node's connections, joined with what the catalog remembers. Listens to libp2p's events from
 * its construction to `stop`, so that it misses none.
 */
export class PeerDirectory {
  readonly #node: PeerDirectoryOptions['node'];
  readonly #catalog: PeerDirectoryOptions['catalog'];
  readonly #log: PeerDirectoryOptions['log'];
  readonly #onChange: () => void;
  readonly #rtts = new Map<string, number>();
  readonly #peerReputation: ReputationView;
  readonly #stopped = new AbortController();

  constructor({ node, catalog, peerReputation, telemetry, log, onChange }: PeerDirectoryOptions) {
    this.#node = node;
    this.#catalog = catalog;
    this.#peerReputation = peerReputation;
    this.#log = log;
    this.#onChange = onChange;
    const { signal } = this.#stopped;
    const { libp2p } = node;
    libp2p.addEventListener(
      'connection:open',
      ({ detail }) => {
        this.#onConnectionOpen(detail);
      },
      { signal },
    );
    libp2p.addEventListener(
      'connection:close',
      () => {
        this.#onChange();
      },
      { signal },
    );
    libp2p.addEventListener(
      'peer:disconnect',
      ({ detail }) => {
        this.#onPeerDisconnect(detail);
      },
      { signal },
    );
    libp2p.addEventListener(
      'peer:identify',
      ({ detail }) => {
        const agent = (detail.agentVersion ?? '').slice(0, 256);
        const id = detail.peerId.toString();
        telemetry.event('identify', { peer_id: id }, () => {
          this.#savePeer(id, { agent, name: claimedName(agent) });
          this.#onChange();
        });
      },
      { signal },
    );
  }

  task(): PeriodicTask {
    return {
      name: 'round-trip-times',
      title: 'Update round-trip times of connected peers',
      intervalMs: RTT_REFRESH_INTERVAL_MS,
      timeoutMs: PING_TIMEOUT_MS,
      run: () => {
        // libp2p's connection monitor pings each connection and stores the time; a second ping would only add traffic.
        this.#onChange();
        return Promise.resolve(undefined);
      },
    };
  }

  stop(): void {
    this.#stopped.abort();
  }

  /** Connected peers, longest connected first, then disconnected ones, last seen first. */
  list(connectedOnly: boolean): PeerSummary[] {
    const connected = [...this.#node.connections()].map(([id, connection]) => this.#summary(id, connection));
    connected.sort((a, b) => (a.since ?? 0) - (b.since ?? 0));
    if (connectedOnly) return connected;
    const connectedIds = new Set(connected.map(({ id }) => id));
    return [...connected, ...disconnectedPeers(this.#catalog, this.#peerReputation, connectedIds)];
  }

  async details(id: string): Promise<PeerDetails> {
    const known = this.#catalog.peers.get(id);
    const connections = this.#node.libp2p.getConnections(peerIdFromString(id));
    if (known === undefined && connections.length === 0 && !this.#peerReputation.standings().includes(id)) {
      throw new GgenError('PeerNotFound', `Unknown peer ${id}.`, {
        details: { id },
      });
    }
    const stored = await this.#node.libp2p.peerStore.get(peerIdFromString(id)).catch(() => undefined);
    return {
      ...this.#summary(id, connections[0]),
      ...knownDetails(known, this.#catalog.peers.packagesOf(id), this.#peerReputation.scoreParts(id)),
      protocols: stored?.protocols ?? [],
      addresses: stored?.addresses.map(({ multiaddr }) => multiaddr.toString()) ?? [],
    };
  }

  #summary(id: string, connection: Connection | undefined): PeerSummary {
    const known = this.#catalog.peers.get(id);
    const rtt = connection?.rtt ?? this.#rtts.get(id);
    return {
      ...disconnectedPeerSummary(id, known, this.#peerReputation),
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

  #onConnectionOpen(connection: Connection): void {
    this.#savePeer(connection.remotePeer.toString(), { address: connection.remoteAddr.toString() });
    this.#onChange();
    void this.#ping(connection.remotePeer);
  }

  #onPeerDisconnect(peer: PeerId): void {
    this.#rtts.delete(peer.toString());
    this.#savePeer(peer.toString(), {});
    this.#onChange();
  }

  #savePeer(id: string, changes: { address?: string; name?: string; agent?: string }): void {
    if (this.#stopped.signal.aborted) return;
    try {
      this.#catalog.peers.saveSeen(id, changes, Date.now());
    } catch (error) {
      // An error in a listener of libp2p is not caught, so that a full disk would end the engine.
      this.#log.error(`Could not save information about peer ${id}: ${errorMessage(error)}`);
    }
  }

  /** Never rejects: libp2p's connection monitor drops a peer that does not answer, here its time just stays unknown. */
  #ping(peer: PeerId): Promise<void> {
    const signal = AbortSignal.any([this.#stopped.signal, AbortSignal.timeout(PING_TIMEOUT_MS)]);
    return this.#node.libp2p.services.ping
      .ping(peer, { signal })
      .then((rtt) => {
        this.#rtts.set(peer.toString(), rtt);
        this.#onChange();
      })
      .catch(() => undefined);
  }
}

/** Known peers that are not connected, last seen first. Peers with a standing are always listed, so that it can be lifted. */
export function disconnectedPeers(
  catalog: PeerCatalog,
  peerReputation: ReputationView,
  connectedIds: ReadonlySet<string>,
): PeerSummary[] {
  const lastSeen = catalog.peers.list(MAX_DISCONNECTED_LISTED + connectedIds.size).map(({ id }) => id);
  const recent = lastSeen.filter((id) => !connectedIds.has(id)).slice(0, MAX_DISCONNECTED_LISTED);
  const withStanding = peerReputation.standings().filter((id) => !connectedIds.has(id) && !recent.includes(id));
  return [...recent, ...withStanding].map((id) => disconnectedPeerSummary(id, catalog.peers.get(id), peerReputation));
}

/** What is known of a peer while it is disconnected or no node runs; undefined for an unknown peer. */
export function disconnectedPeerDetails(
  catalog: PeerCatalog,
  peerReputation: ReputationView,
  id: string,
): PeerDetails | undefined {
  const known = catalog.peers.get(id);
  if (known === undefined && !peerReputation.standings().includes(id)) return undefined;
  return {
    ...disconnectedPeerSummary(id, known, peerReputation),
    ...knownDetails(known, catalog.peers.packagesOf(id), peerReputation.scoreParts(id)),
    protocols: [],
    addresses: known === undefined || known.address === '' ? [] : [known.address],
  };
}

function disconnectedPeerSummary(
  id: string,
  known: KnownPeer | undefined,
  peerReputation: ReputationView,
): PeerSummary {
  const { standing, reason, until } = peerReputation.standing(id);
  return {
    id,
    name: known?.name ?? '',
    address: known?.address ?? '',
    connected: false,
    reputation: peerReputation.score(id),
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
  return {
    agent: known?.agent ?? '',
    ...statsDetails(known?.stats ?? { successes: 0, failures: 0, packages: 0 }),
    provides,
    reputationParts,
  };
}

function statsDetails({
  successes,
  failures,
  packages,
  averageResponse,
  throughput,
  lastSeen,
  location,
}: PeerStats): Pick<
  PeerDetails,
  'successes' | 'failures' | 'averageResponse' | 'throughput' | 'lastSeen' | 'location' | 'verifiedPackages'
> {
  return {
    successes,
    failures,
    ...(averageResponse === undefined ? {} : { averageResponse }),
    ...(throughput === undefined ? {} : { throughput }),
    ...(lastSeen === undefined ? {} : { lastSeen }),
    ...(location === undefined ? {} : { location }),
    verifiedPackages: packages,
  };
}
