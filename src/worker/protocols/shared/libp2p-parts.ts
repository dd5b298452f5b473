import type { AbortOptions, Connection, Peer, PeerId, PeerStore, Stream } from '@libp2p/interface';

/** What a protocol handler knows of the connection by which a stream came. */
export type RemoteConnection = Pick<Connection, 'remotePeer' | 'remoteAddr'>;

/** Registers the handler of streams that other peers open. */
export interface StreamRegistrar {
  handle(
    protocol: string,
    handler: (stream: Stream, connection: RemoteConnection) => Promise<void>,
    options: { readonly maxInboundStreams: number },
  ): Promise<void>;
}

/** Opens streams to other peers. */
export interface StreamDialer {
  /** @throws UnsupportedProtocolError when the peer does not speak the protocol; DialError when it cannot be reached */
  dialProtocol(
    peer: PeerId,
    protocol: string,
    options: AbortOptions & { readonly maxOutboundStreams?: number },
  ): Promise<Stream>;
}

/** The open connections, of one peer when it is given. */
export interface ConnectionList {
  getConnections(peer?: PeerId): readonly RemoteConnection[];
}

/** Calls back when a peer that speaks a protocol connects. */
export interface PeerTopology {
  register(protocol: string, topology: { readonly onConnect: (peer: PeerId) => void }): Promise<string>;
  unregister(id: string): void;
}

/** What the peer store knows of a peer. */
export interface StoredPeer {
  get(peer: PeerId): Promise<Pick<Peer, 'protocols'>>;
}

/** Remembers addresses of peers, so that they can be dialed by their id. */
export type PeerAddressBook = Pick<PeerStore, 'merge'>;
