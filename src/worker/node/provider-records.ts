import type { ContentRouting, PeerId, PeerInfo } from '@libp2p/interface';
import type { KadDHT, QueryEvent } from '@libp2p/kad-dht';
import type { CID } from 'multiformats/cid';

/** The parts of the node that write provider records. */
export interface ProviderNode {
  readonly libp2p: {
    readonly services: { readonly dht: Pick<KadDHT, 'provide'> };
    readonly contentRouting: Pick<ContentRouting, 'cancelReprovide'>;
  };
}

/** The parts of the node that look up providers. */
export interface ProviderLookupNode {
  readonly peerId: PeerId;
  readonly libp2p: { readonly services: { readonly dht: Pick<KadDHT, 'findProviders' | 'getClosestPeers'> } };
}

/** The providers of a key that one peer names. */
export interface ProviderAnswer {
  readonly from: PeerId;
  readonly providers: readonly PeerInfo[];
}

/** The part of kad-dht's request machinery that is used here; its declared interface does not have it. */
interface RequestNetwork {
  sendRequest(
    to: PeerId,
    message: { readonly type: 'GET_PROVIDERS'; readonly key: Uint8Array },
    options: { readonly signal: AbortSignal; readonly path: typeof NO_PATH },
  ): AsyncIterable<QueryEvent>;
}

const NO_PATH = { index: -1, queued: 0, running: 0, total: 0 } as const;

/**
 * Writes this node's provider record into the DHT. kad-dht repeats it before it expires, as long as the node runs.
 *
 * @returns how many peers stored the record
 */
export async function provide({ libp2p }: ProviderNode, cid: CID, signal: AbortSignal): Promise<number> {
  let stored = 0;
  for await (const event of libp2p.services.dht.provide(cid, { signal })) {
    if (event.name === 'PEER_RESPONSE' && event.messageName === 'ADD_PROVIDER') stored++;
  }
  return stored;
}

/** Stops repeating a provider record and answering with it. On other peers it expires. */
export async function stopProviding({ libp2p }: ProviderNode, cid: CID, signal: AbortSignal): Promise<void> {
  await libp2p.contentRouting.cancelReprovide(cid, { signal });
}

/** The peers closest to a key that could be reached, without this node. */
export async function closestPeers(
  { libp2p, peerId }: ProviderLookupNode,
  cid: CID,
  signal: AbortSignal,
): Promise<PeerId[]> {
  const closest: PeerId[] = [];
  for await (const event of libp2p.services.dht.getClosestPeers(cid.multihash.bytes, { signal })) {
    if (event.name === 'FINAL_PEER' && !event.peer.id.equals(peerId)) closest.push(event.peer.id);
  }
  return closest;
}

/** Providers that this node stores itself: it may be among the closest to the key. */
export async function localProviders(
  { libp2p, peerId }: ProviderLookupNode,
  cid: CID,
  signal: AbortSignal,
): Promise<readonly PeerInfo[]> {
  // kad-dht reads its own store first; leaving the loop ends the query that would follow before it starts.
  for await (const event of libp2p.services.dht.findProviders(cid, { signal })) {
    return event.name === 'PEER_RESPONSE' && event.from.equals(peerId) ? event.providers : [];
  }
  return [];
}

/**
 * Asks exactly this peer for the providers of a key. kad-dht's own `findProviders` ends when 20 are named, so that one fast
 * malicious peer could end it.
 *
 * @throws Error when the peer does not answer
 */
export async function askProviders(
  { libp2p }: ProviderLookupNode,
  peer: PeerId,
  cid: CID,
  signal: AbortSignal,
): Promise<ProviderAnswer> {
  const { dht } = libp2p.services;
  if (!('network' in dht)) throw new Error('This version of kad-dht cannot query single peers');
  const network = dht.network as RequestNetwork;
  const message = { type: 'GET_PROVIDERS', key: cid.multihash.bytes } as const;
  for await (const event of network.sendRequest(peer, message, { signal, path: NO_PATH })) {
    if (event.name === 'QUERY_ERROR') throw event.error;
    if (event.name === 'PEER_RESPONSE') return { from: peer, providers: event.providers };
  }
  throw new Error('The peer did not respond');
}
