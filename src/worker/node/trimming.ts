import type { Connection, PeerId } from '@libp2p/interface';
import type { Task } from '../maintenance/scheduler.ts';
import type { MarketplaceNode } from './node.ts';
import { TOPIC } from './protocols.ts';

/** With how many peers a node stays connected. */
export interface ConnectionLimits {
  /** Above this many, some are let go. */
  readonly most: number;
  /** So many are left of them. */
  readonly kept: number;
  /** Nobody is let go in the first so many milliseconds: a newcomer learns in them of others to connect to. */
  readonly grace: number;
}

/**
 * As far below what libp2p accepts (`maxConnections`) as newcomers may come until the next round. kad-dht connects a node to
 * everybody it hears of and lets go of nobody: without this, all nodes of a network of hundreds would be full one day, and refuse
 * newcomers.
 */
const LIMITS: ConnectionLimits = { most: 160, kept: 128, grace: 20_000 };
/** Not more often: whoever holds this node for one of its closest in the DHT connects again at once. */
const ROUND_MS = 60_000;
const CLOSE_BOUND_MS = 1_000;
/** Put by kad-dht on the peers that are closest to this node. */
const CLOSE_TAG = 'kad-close';
/** Streams of gossip last as long as a connection; every other stream is something under way. */
const LASTING_STREAM = '/meshsub/';

/** What is looked at of a peer. */
export interface Candidate {
  /** Since when it is connected, in milliseconds since the epoch. */
  readonly since: number;
  /** Something is under way with it. */
  readonly busy: boolean;
  /** It was asked for by the user, or announcements or DHT answers come by it. */
  readonly valued: boolean;
}

/**
 * Whom to let go: nobody up to `most`; then as many as to leave `kept`, those who came last first, so that what is stable stays.
 * Those that are valued, busy or have just come are never among them.
 */
export function superfluous<C extends Candidate>(all: readonly C[], limits: ConnectionLimits, now: number): C[] {
  if (all.length <= limits.most) return [];
  return all
    .filter(({ since, busy, valued }) => !busy && !valued && now - since >= limits.grace)
    .sort((a, b) => b.since - a.since)
    .slice(0, all.length - limits.kept);
}

/** The upkeep that lets go of peers. @param wanted peers that the user asked for */
export function trimming(node: MarketplaceNode, wanted: (peer: string) => boolean): Task {
  return {
    name: 'trim',
    title: 'Let go of peers when there are too many',
    every: ROUND_MS,
    bound: 2 * CLOSE_BOUND_MS,
    run: async () => ({ detail: `${await trim(node, LIMITS, wanted)} let go` }),
  };
}

/**
 * Let go of peers when there are too many.
 *
 * @param wanted peers that the user asked for
 * @returns how many were let go
 */
export async function trim(
  node: MarketplaceNode,
  limits: ConnectionLimits,
  wanted: (peer: string) => boolean,
): Promise<number> {
  const peers = node.peers();
  if (peers.length <= limits.most) return 0;
  const mesh = new Set(meshPeers(node));
  const isValued = async (peer: PeerId): Promise<boolean> => {
    const id = peer.toString();
    if (wanted(id) || mesh.has(id)) return true;
    const stored = await node.libp2p.peerStore.get(peer).catch(() => undefined);
    return stored?.tags.has(CLOSE_TAG) === true;
  };
  const candidates = await Promise.all(
    peers.map(async (peer) => {
      const connections = node.libp2p.getConnections(peer);
      return {
        connections,
        since: Math.min(...connections.map(({ timeline }) => timeline.open)),
        busy: connections.some(isBusy),
        valued: await isValued(peer),
      };
    }),
  );
  const signal = AbortSignal.timeout(CLOSE_BOUND_MS);
  const chosen = superfluous(candidates, limits, Date.now());
  const closing = chosen.flatMap(({ connections }) => connections);
  await Promise.allSettled(closing.map((connection) => connection.close({ signal })));
  return chosen.length;
}

/** Those with whom announcements are exchanged at once; not part of gossipsub's declared interface. */
function meshPeers(node: MarketplaceNode): readonly string[] {
  const { pubsub } = node.libp2p.services;
  return 'getMeshPeers' in pubsub ? (pubsub as { getMeshPeers(topic: string): string[] }).getMeshPeers(TOPIC) : [];
}

function isBusy({ streams }: Connection): boolean {
  return streams.some(({ protocol }) => !protocol.startsWith(LASTING_STREAM));
}
