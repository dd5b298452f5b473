import { generateKeyPair } from '@libp2p/crypto/keys';
import { DialError, TypedEventEmitter, UnsupportedProtocolError } from '@libp2p/interface';
import type { IdentifyResult, Peer, PeerId, PrivateKey } from '@libp2p/interface';
import { peerIdFromPrivateKey } from '@libp2p/peer-id';
import { multiaddr } from '@multiformats/multiaddr';
import type { Multiaddr } from '@multiformats/multiaddr';
import { memoryStreamPair } from './memory-stream.ts';
import type { MemoryStream } from './memory-stream.ts';

/** One side's view of a connection; the other side has a view of its own. */
export interface FakeConnection {
  readonly remotePeer: PeerId;
  readonly remoteAddr: Multiaddr;
  readonly direction: 'inbound' | 'outbound';
  readonly timeline: { readonly open: number };
  readonly streams: MemoryStream[];
  close(options?: { signal?: AbortSignal }): Promise<void>;
}

type Handler = (stream: MemoryStream, connection: FakeConnection) => void | Promise<void>;

interface HandlerOptions {
  readonly maxInboundStreams?: number;
}

interface FakeTopology {
  onConnect?(peer: PeerId, connection: FakeConnection): void | Promise<void>;
  onDisconnect?(peer: PeerId): void | Promise<void>;
}

interface FakeLibp2pEvents {
  'connection:open': CustomEvent<FakeConnection>;
  'connection:close': CustomEvent<FakeConnection>;
  'peer:disconnect': CustomEvent<PeerId>;
  'peer:identify': CustomEvent<Pick<IdentifyResult, 'peerId' | 'agentVersion'>>;
}

export interface FakeNodeOptions {
  /** Addresses that others see on a connection to this node; a private one when left out. */
  readonly address?: string;
  /** Bytes that a stream to or from this node takes before the other side reads. */
  readonly windowBytes?: number;
}

/** Nodes in one process, joined by memory streams: what protocol handlers need of libp2p, and nothing else. */
export class FakeNetwork {
  readonly nodes = new Map<string, FakeNode>();
  readonly #defaults: FakeNodeOptions;

  /** @param defaults options of all nodes that are made without options of their own */
  constructor(defaults: FakeNodeOptions = {}) {
    this.#defaults = defaults;
  }

  async node(options: FakeNodeOptions = this.#defaults): Promise<FakeNode> {
    const privateKey = await generateKeyPair('Ed25519');
    const node = new FakeNode(this, privateKey, options);
    this.nodes.set(node.id, node);
    return node;
  }

  /** Several nodes, all connected to the first. */
  async star(count: number): Promise<[FakeNode, FakeNode, ...FakeNode[]]> {
    const [first, second, ...rest] = await Promise.all(Array.from({ length: count }, () => this.node()));
    if (first === undefined || second === undefined) throw new RangeError('A star has at least two nodes');
    for (const other of [second, ...rest]) this.connect(first, other);
    return [first, second, ...rest];
  }

  connect(dialer: FakeNode, listener: FakeNode): void {
    dialer.libp2p.addConnection(listener, 'outbound');
    listener.libp2p.addConnection(dialer, 'inbound');
  }

  /** Break every stream between two nodes, and close their connections. */
  disconnect(one: FakeNode, other: FakeNode): void {
    one.libp2p.removeConnections(other.peerId);
    other.libp2p.removeConnections(one.peerId);
  }
}

/** The members of the running node that rooms above `node/` use. */
export class FakeNode {
  readonly libp2p: FakeLibp2p;
  readonly peerId: PeerId;
  readonly publicKey: Uint8Array;
  readonly address: Multiaddr;
  readonly #privateKey: PrivateKey;

  constructor(network: FakeNetwork, privateKey: PrivateKey, options: FakeNodeOptions) {
    this.#privateKey = privateKey;
    this.peerId = peerIdFromPrivateKey(privateKey);
    this.publicKey = privateKey.publicKey.raw;
    this.address = multiaddr(options.address ?? '/ip4/127.0.0.1/tcp/4001');
    this.libp2p = new FakeLibp2p(network, this, options.windowBytes);
  }

  get id(): string {
    return this.peerId.toString();
  }

  async sign(bytes: Uint8Array): Promise<Uint8Array> {
    return this.#privateKey.sign(bytes);
  }

  connections(): ReadonlyMap<string, FakeConnection> {
    return new Map(this.libp2p.getConnections().map((connection) => [connection.remotePeer.toString(), connection]));
  }

  peers(): PeerId[] {
    return [...this.connections().values()].map(({ remotePeer }) => remotePeer);
  }
}

export class FakeLibp2p extends TypedEventEmitter<FakeLibp2pEvents> {
  /** Every stream that this node opened, in order. */
  readonly opened: MemoryStream[] = [];
  /** Called before each dial of a protocol; may throw or wait. */
  beforeDial: (peer: PeerId, protocol: string, signal?: AbortSignal) => Promise<void> | void = () => undefined;
  readonly peerStore: FakePeerStore;
  readonly #network: FakeNetwork;
  readonly #node: FakeNode;
  readonly #windowBytes: number | undefined;
  readonly #handlers = new Map<string, { readonly handler: Handler; readonly options: HandlerOptions }>();
  readonly #topologies = new Map<string, { readonly protocol: string; readonly topology: FakeTopology }>();
  readonly #connections = new Map<string, FakeConnection[]>();
  readonly #streams = new Map<string, MemoryStream[]>();

  constructor(network: FakeNetwork, node: FakeNode, windowBytes: number | undefined) {
    super();
    this.#network = network;
    this.#node = node;
    this.#windowBytes = windowBytes;
    this.peerStore = new FakePeerStore(network);
  }

  get protocols(): string[] {
    return [...this.#handlers.keys()];
  }

  async handle(protocol: string, handler: Handler, options: HandlerOptions = {}): Promise<void> {
    this.#handlers.set(protocol, { handler, options });
    return Promise.resolve();
  }

  async unhandle(protocol: string): Promise<void> {
    this.#handlers.delete(protocol);
    return Promise.resolve();
  }

  async register(protocol: string, topology: FakeTopology): Promise<string> {
    const id = `topology-${this.#topologies.size + 1}`;
    this.#topologies.set(id, { protocol, topology });
    return Promise.resolve(id);
  }

  unregister(id: string): void {
    this.#topologies.delete(id);
  }

  getConnections(peer?: PeerId): FakeConnection[] {
    return peer === undefined ? [...this.#connections.values()].flat() : (this.#connections.get(peer.toString()) ?? []);
  }

  /** Opens a stream, over a new connection where there is none, and starts the other node's handler. */
  async dialProtocol(peer: PeerId, protocol: string, options: { signal?: AbortSignal } = {}): Promise<MemoryStream> {
    options.signal?.throwIfAborted();
    await this.beforeDial(peer, protocol, options.signal);
    options.signal?.throwIfAborted();
    const remote = this.#network.nodes.get(peer.toString());
    if (remote === undefined) throw new DialError(`Peer ${peer.toString()} has no address`);
    if (this.getConnections(peer).length === 0) this.#network.connect(this.#node, remote);
    const registered = remote.libp2p.#handlers.get(protocol);
    if (registered === undefined) throw new UnsupportedProtocolError(`Peer ${remote.id} does not speak ${protocol}`);
    const [outbound, inbound] = memoryStreamPair({
      protocol,
      ...(this.#windowBytes === undefined ? {} : { windowBytes: this.#windowBytes }),
    });
    this.opened.push(outbound);
    this.#track(remote.peerId, outbound);
    remote.libp2p.#accept(this.#node, inbound, registered.handler, registered.options);
    return outbound;
  }

  async hangUp(peer: PeerId): Promise<void> {
    const remote = this.#network.nodes.get(peer.toString());
    if (remote !== undefined) this.#network.disconnect(this.#node, remote);
    return Promise.resolve();
  }

  addConnection(remote: FakeNode, direction: FakeConnection['direction']): void {
    const id = remote.id;
    const streams = this.#streams.get(id) ?? [];
    this.#streams.set(id, streams);
    const connection: FakeConnection = {
      remotePeer: remote.peerId,
      remoteAddr: remote.address,
      direction,
      timeline: { open: Date.now() },
      streams,
      close: () => this.hangUp(remote.peerId),
    };
    this.#connections.set(id, [...(this.#connections.get(id) ?? []), connection]);
    this.safeDispatchEvent('connection:open', { detail: connection });
    // After identify, in a later turn, as in libp2p.
    setImmediate(() => {
      if (this.getConnections(remote.peerId).length > 0) this.#notifyConnected(remote, connection);
    });
  }

  removeConnections(peer: PeerId): void {
    const id = peer.toString();
    const connections = this.#connections.get(id) ?? [];
    this.#connections.delete(id);
    for (const stream of this.#streams.get(id)?.splice(0) ?? []) stream.breakConnection();
    for (const connection of connections) this.safeDispatchEvent('connection:close', { detail: connection });
    if (connections.length === 0) return;
    this.safeDispatchEvent('peer:disconnect', { detail: peer });
    for (const { topology } of this.#topologies.values()) void topology.onDisconnect?.(peer);
  }

  /** Tell this node's listeners what the other side says of itself. */
  identify(remote: FakeNode, agentVersion: string): void {
    this.safeDispatchEvent('peer:identify', { detail: { peerId: remote.peerId, agentVersion } });
  }

  #notifyConnected(remote: FakeNode, connection: FakeConnection): void {
    for (const { protocol, topology } of this.#topologies.values()) {
      if (remote.libp2p.protocols.includes(protocol)) void topology.onConnect?.(remote.peerId, connection);
    }
  }

  #accept(from: FakeNode, stream: MemoryStream, handler: Handler, { maxInboundStreams = 32 }: HandlerOptions): void {
    const open = (this.#streams.get(from.id) ?? []).filter(
      (one) => one.direction === 'inbound' && one.protocol === stream.protocol && one.status === 'open',
    );
    if (open.length >= maxInboundStreams) {
      stream.abort(new Error('Too many inbound protocol streams'));
      return;
    }
    this.#track(from.peerId, stream);
    const [connection] = this.getConnections(from.peerId);
    if (connection === undefined) throw new Error('A stream came without a connection');
    void (async () => handler(stream, connection))().catch((error: unknown) => {
      stream.abort(error instanceof Error ? error : new Error(String(error)));
    });
  }

  #track(peer: PeerId, stream: MemoryStream): void {
    const streams = this.#streams.get(peer.toString());
    streams?.push(stream);
    stream.addEventListener('close', () => {
      const index = streams?.indexOf(stream) ?? -1;
      if (index >= 0) streams?.splice(index, 1);
    });
  }
}

/** Facts about peers: their protocols are those that the other node handles at the moment. */
export class FakePeerStore {
  readonly #network: FakeNetwork;
  readonly #addresses = new Map<string, Multiaddr[]>();
  readonly #tags = new Map<string, Map<string, { value: number }>>();

  constructor(network: FakeNetwork) {
    this.#network = network;
  }

  async get(peer: PeerId): Promise<Peer> {
    const id = peer.toString();
    const node = this.#network.nodes.get(id);
    const addresses = this.#addresses.get(id) ?? (node === undefined ? [] : [node.address]);
    if (node === undefined && addresses.length === 0) throw new Error(`Peer ${id} is not known`);
    return Promise.resolve({
      id: peer,
      addresses: addresses.map((one) => ({ multiaddr: one, isCertified: false })),
      protocols: node?.libp2p.protocols ?? [],
      metadata: new Map(),
      tags: this.#tags.get(id) ?? new Map<string, { value: number }>(),
    });
  }

  async merge(peer: PeerId, { multiaddrs = [] }: { multiaddrs?: Multiaddr[] }): Promise<Peer> {
    const id = peer.toString();
    this.#addresses.set(id, [...(this.#addresses.get(id) ?? []), ...multiaddrs]);
    return this.get(peer);
  }

  async all(): Promise<Peer[]> {
    return Promise.all([...this.#network.nodes.values()].map(({ peerId }) => this.get(peerId)));
  }

  tag(peer: PeerId, name: string, value = 1): void {
    const tags = this.#tags.get(peer.toString()) ?? new Map<string, { value: number }>();
    tags.set(name, { value });
    this.#tags.set(peer.toString(), tags);
  }
}
