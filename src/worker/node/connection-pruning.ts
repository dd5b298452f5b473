import type { Connection, PeerId, PeerStore } from '@libp2p/interface';
import type { PeriodicTask } from '../maintenance/scheduler.ts';
import { TOPIC } from './protocols.ts';

/** The parts of the node that pruning uses. */
export interface PrunedNode {
  peers(): PeerId[];
  readonly libp2p: {
    readonly peerStore: Pick<PeerStore, 'get'>;
    readonly services: { readonly pubsub: object };
    getConnections(peer: PeerId): Pick<Connection, 'timeline' | 'streams' | 'close'>[];
  };
}

/** How many connections a node keeps. */
export interface ConnectionLimits {
  /** Connections are pruned above this number of peers. */
  readonly highWater: number;
  /** Pruning stops at this number. */
  readonly lowWater: number;
  /** A connection younger than this is not pruned: a new peer needs it to learn of others to connect to. */
  readonly gracePeriodMs: number;
}

/**
 * Below libp2p's `maxConnections` by the number of peers that may connect until the next round. kad-dht connects a node to every
 * peer that it hears of and closes no connection: without pruning, all nodes of a network of hundreds would be full at some point,
 * and refuse new peers.
 */
const CONNECTION_LIMITS: ConnectionLimits = { highWater: 160, lowWater: 128, gracePeriodMs: 20_000 };
/** Not more often: a peer to which this node is one of the closest in the DHT reconnects at once. */
const PRUNE_INTERVAL_MS = 60_000;
const CLOSE_TIMEOUT_MS = 1_000;
/** kad-dht tags the peers that are closest to this node with it. */
const CLOSE_TAG = 'kad-close';
/** Gossip streams last as long as the connection; any other stream shows that something is under way. */
const GOSSIP_STREAM_PREFIX = '/meshsub/';

/** The facts by which a connection is pruned or kept. */
export interface PruneCandidate {
  /** Milliseconds since the epoch. */
  readonly connectedAt: number;
  /** A request or transfer is under way. */
  readonly isBusy: boolean;
  /** The user wants the peer, or announcements or DHT answers come from it. */
  readonly isProtected: boolean;
}

/**
 * Selects connections to close: none up to `highWater`; above it, the newest ones down to `lowWater`, so that stable connections
 * stay. Protected, busy and brand-new connections are never selected.
 */
export function selectConnectionsToPrune<C extends PruneCandidate>(
  candidates: readonly C[],
  limits: ConnectionLimits,
  now: number,
): C[] {
  if (candidates.length <= limits.highWater) return [];
  return candidates
    .filter(
      ({ connectedAt, isBusy, isProtected }) => !isBusy && !isProtected && now - connectedAt >= limits.gracePeriodMs,
    )
    .sort((a, b) => b.connectedAt - a.connectedAt)
    .slice(0, candidates.length - limits.lowWater);
}

/** The periodic task that prunes connections. @param isKeptByUser returns whether the user wants a peer */
export function connectionPruningTask(node: PrunedNode, isKeptByUser: (peer: string) => boolean): PeriodicTask {
  return {
    name: 'prune-connections',
    title: 'Prune excess connections',
    intervalMs: PRUNE_INTERVAL_MS,
    timeoutMs: 2 * CLOSE_TIMEOUT_MS,
    run: async () => ({ detail: `${await pruneConnections(node, CONNECTION_LIMITS, isKeptByUser)} pruned` }),
  };
}

/**
 * Closes the connections of some peers when there are too many.
 *
 * @param isKeptByUser returns whether the user wants a peer
 * @returns the number of peers whose connections were closed
 */
export async function pruneConnections(
  node: PrunedNode,
  limits: ConnectionLimits,
  isKeptByUser: (peer: string) => boolean,
): Promise<number> {
  const peers = node.peers();
  if (peers.length <= limits.highWater) return 0;
  const mesh = new Set(meshPeers(node));
  const isProtectedPeer = async (peer: PeerId): Promise<boolean> => {
    const id = peer.toString();
    if (isKeptByUser(id) || mesh.has(id)) return true;
    const stored = await node.libp2p.peerStore.get(peer).catch(() => undefined);
    return stored?.tags.has(CLOSE_TAG) === true;
  };
  const candidates = await Promise.all(
    peers.map(async (peer) => {
      const connections = node.libp2p.getConnections(peer);
      return {
        connections,
        connectedAt: Math.min(...connections.map(({ timeline }) => timeline.open)),
        isBusy: connections.some(hasActiveStreams),
        isProtected: await isProtectedPeer(peer),
      };
    }),
  );
  const signal = AbortSignal.timeout(CLOSE_TIMEOUT_MS);
  const chosen = selectConnectionsToPrune(candidates, limits, Date.now());
  const closing = chosen.flatMap(({ connections }) => connections);
  await Promise.allSettled(closing.map((connection) => connection.close({ signal })));
  return chosen.length;
}

/** Peers in the gossip mesh; the method is not part of gossipsub's declared interface. */
function meshPeers(node: PrunedNode): readonly string[] {
  const { pubsub } = node.libp2p.services;
  return 'getMeshPeers' in pubsub ? (pubsub as { getMeshPeers(topic: string): string[] }).getMeshPeers(TOPIC) : [];
}

function hasActiveStreams({ streams }: Pick<Connection, 'streams'>): boolean {
  return streams.some(({ protocol }) => !protocol.startsWith(GOSSIP_STREAM_PREFIX));
}
