import type { PeerId, PeerInfo } from '@libp2p/interface';
import type { QueryEvent } from '@libp2p/kad-dht';
import type { CID } from 'multiformats/cid';
import type { MarketplaceNode } from './node.ts';

/** What one peer says who provides something. */
export interface ProviderAnswer {
  readonly from: PeerId;
  readonly providers: readonly PeerInfo[];
}

/** Of kad-dht's own request machinery, what is used here; not part of its declared interface. */
interface RequestNetwork {
  sendRequest(
    to: PeerId,
    message: { readonly type: 'GET_PROVIDERS'; readonly key: Uint8Array },
    options: { readonly signal: AbortSignal; readonly path: typeof NO_PATH },
  ): AsyncIterable<QueryEvent>;
}

const NO_PATH = { index: -1, queued: 0, running: 0, total: 0 } as const;

/**
 * Stand in the DHT as a provider of something. kad-dht repeats it before it expires, for as long as the node runs.
 *
 * @returns how many peers took the record
 */
export async function provide(node: MarketplaceNode, cid: CID, signal: AbortSignal): Promise<number> {
  let stored = 0;
  for await (const event of node.libp2p.services.dht.provide(cid, { signal })) {
    if (event.name === 'PEER_RESPONSE' && event.messageName === 'ADD_PROVIDER') stored++;
  }
  return stored;
}

/** Do not repeat a provider record any more, and do not answer with it. Others forget it when it expires. */
export async function stopProviding(node: MarketplaceNode, cid: CID, signal: AbortSignal): Promise<void> {
  await node.libp2p.contentRouting.cancelReprovide(cid, { signal });
}

/** The peers closest to a key, this node not among them, as far as they could be reached. */
export async function closestPeers(node: MarketplaceNode, cid: CID, signal: AbortSignal): Promise<PeerId[]> {
  const closest: PeerId[] = [];
  for await (const event of node.libp2p.services.dht.getClosestPeers(cid.multihash.bytes, { signal })) {
    if (event.name === 'FINAL_PEER' && !event.peer.id.equals(node.peerId)) closest.push(event.peer.id);
  }
  return closest;
}

/** What others told this node itself: it may be among the closest to the key, and nobody else was told. */
export async function localProviders(
  node: MarketplaceNode,
  cid: CID,
  signal: AbortSignal,
): Promise<readonly PeerInfo[]> {
  // kad-dht looks into its own store first; the query that would follow is ended before it has begun.
  for await (const event of node.libp2p.services.dht.findProviders(cid, { signal })) {
    return event.name === 'PEER_RESPONSE' && event.from.equals(node.peerId) ? event.providers : [];
  }
  return [];
}

/**
 * Ask exactly this peer who provides something. kad-dht's own `findProviders` ends as soon as 20 are named, so that one
 * fast liar could end it.
 */
export async function askProviders(
  node: MarketplaceNode,
  peer: PeerId,
  cid: CID,
  signal: AbortSignal,
): Promise<ProviderAnswer> {
  const { dht } = node.libp2p.services;
  if (!('network' in dht)) throw new Error('This version of kad-dht cannot query single peers');
  const network = dht.network as RequestNetwork;
  const message = { type: 'GET_PROVIDERS', key: cid.multihash.bytes } as const;
  for await (const event of network.sendRequest(peer, message, { signal, path: NO_PATH })) {
    if (event.name === 'QUERY_ERROR') throw event.error;
    if (event.name === 'PEER_RESPONSE') return { from: peer, providers: event.providers };
  }
  throw new Error('The peer did not respond');
}
