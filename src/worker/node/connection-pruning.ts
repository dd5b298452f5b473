import type { Connection, PeerId } from '@libp2p/interface';
import type { PeriodicTask } from '../maintenance/scheduler.ts';
import type { MarketplaceNode } from './node.ts';
import { TOPIC } from './protocols.ts';

/** With how many peers a node stays connected. */
export interface ConnectionLimits {
  /** Above this many, some are let go. */
  readonly highWater: number;
  /** So many are left of them. */
  readonly lowWater: number;
  /** Nobody is let go in the first so many milliseconds: a newcomer learns in them of others to connect to. */
  readonly gracePeriodMs: number;
}

/**
 * As far below what libp2p accepts (`maxConnections`) as newcomers may come until the next round. kad-dht connects a node to
 * everybody it hears of and lets go of nobody: without this, all nodes of a network of hundreds would be full one day, and refuse
 * newcomers.
 */
const CONNECTION_LIMITS: ConnectionLimits = { highWater: 160, lowWater: 128, gracePeriodMs: 20_000 };
/** Not more often: whoever holds this node for one of its closest in the DHT connects again at once. */
const PRUNE_INTERVAL_MS = 60_000;
const CLOSE_TIMEOUT_MS = 1_000;
/** Put by kad-dht on the peers that are closest to this node. */
const CLOSE_TAG = 'kad-close';
/** Streams of gossip last as long as a connection; every other stream is something under way. */
const GOSSIP_STREAM_PREFIX = '/meshsub/';

/** What is looked at of a peer. */
export interface PruneCandidate {
  /** Since when it is connected, in milliseconds since the epoch. */
  readonly connectedAt: number;
  /** Something is under way with it. */
  readonly isBusy: boolean;
  /** It was asked for by the user, or announcements or DHT answers come by it. */
  readonly isProtected: boolean;
}

/**
 * Whom to let go: nobody up to `most`; then as many as to leave `kept`, those who came last first, so that what is stable stays.
 * Those that are valued, busy or have just come are never among them.
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

/** The upkeep that lets go of peers. @param isKeptByUser peers that the user asked for */
export function connectionPruningTask(node: MarketplaceNode, isKeptByUser: (peer: string) => boolean): PeriodicTask {
  return {
    name: 'prune-connections',
    title: 'Prune excess connections',
    intervalMs: PRUNE_INTERVAL_MS,
    timeoutMs: 2 * CLOSE_TIMEOUT_MS,
    run: async () => ({ detail: `${await pruneConnections(node, CONNECTION_LIMITS, isKeptByUser)} pruned` }),
  };
}

/**
 * Let go of peers when there are too many.
 *
 * @param isKeptByUser peers that the user asked for
 * @returns how many were let go
 */
export async function pruneConnections(
  node: MarketplaceNode,
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

/** Those with whom announcements are exchanged at once; not part of gossipsub's declared interface. */
function meshPeers(node: MarketplaceNode): readonly string[] {
  const { pubsub } = node.libp2p.services;
  return 'getMeshPeers' in pubsub ? (pubsub as { getMeshPeers(topic: string): string[] }).getMeshPeers(TOPIC) : [];
}

function hasActiveStreams({ streams }: Connection): boolean {
  return streams.some(({ protocol }) => !protocol.startsWith(GOSSIP_STREAM_PREFIX));
}
