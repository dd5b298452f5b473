import { gossipsub, StrictNoSign } from '@libp2p/gossipsub';
import { identify, identifyPush } from '@libp2p/identify';
import { kadDHT, passthroughMapper } from '@libp2p/kad-dht';
import { lowCopyNoise } from './noise.ts';
import { ping } from '@libp2p/ping';
import { tcp } from '@libp2p/tcp';
import { lowUpdateYamux } from './yamux.ts';
import type { GossipSub } from '@libp2p/gossipsub';
import type { Identify, IdentifyPush } from '@libp2p/identify';
import type { PrivateKey } from '@libp2p/interface';
import type { KadDHT, SelectFn, ValidateFn } from '@libp2p/kad-dht';
import type { Ping } from '@libp2p/ping';
import type { Datastore } from 'interface-datastore';
import type { Libp2pOptions, ServiceFactoryMap } from 'libp2p';
import { LIMITS } from '../../shared/defaults.ts';
import type { NodeSettings } from '../../shared/model.ts';
import { announcementId, decodeAnnouncement } from './announcement.ts';
import { SCORE_THRESHOLDS, scoreParams } from './gossip-scoring.ts';
import { quietLogger } from './quiet-logger.ts';
import { DHT_NAMESPACE, KAD_PROTOCOL, PROTOCOL_PREFIX, TOPIC } from './protocols.ts';

export interface NodeServices extends Record<string, unknown> {
  identify: Identify;
  identifyPush: IdentifyPush;
  identifyIpfs: Identify;
  ping: Ping;
  dht: KadDHT;
  pubsub: GossipSub;
}

export interface Libp2pInputs {
  readonly privateKey: PrivateKey;
  readonly datastore: Datastore;
  readonly settings: NodeSettings;
  readonly version: string;
  readonly validateHead: ValidateFn;
  readonly selectHead: SelectFn;
  /** A peer's score, 0 to 1. */
  readonly reputation: (peer: string) => number;
  /** Whether this node has nothing to do with a peer. */
  readonly isBanned: (peer: string) => boolean;
  /** TCP when left out. */
  readonly transports?: Transports;
  /** The DHT's own when left out, in which some thousand nodes all find room. */
  readonly routingTable?: RoutingTableSize;
}

/** How much the DHT's table holds: `2 ** prefixLength` buckets. */
export interface RoutingTableSize {
  /** Peers in one bucket, and how many keep a value; 20 by default. */
  readonly kBucketSize: number;
  /** Bits by which peers are sorted into buckets; 6 by default. */
  readonly prefixLength: number;
}

/** How peers are reached. */
export type Transports = NonNullable<Libp2pOptions['transports']>;

/** 40 MB/s over 100 ms there and back. */
const MAX_STREAM_WINDOW_BYTES = 4 * 1024 * 1024;
const HOUR_MS = 60 * 60 * 1000;
/** Above an announcement with its gossip envelope, below anything that hurts. */
const MAX_GOSSIP_BYTES = 4 * LIMITS.maxRecordBytes;

/**
 * The options of the one libp2p node, fresh for each start: createLibp2p writes into what it gets, and a reused object
 * would give two nodes one identity. Beside each default that is overridden stands the reason.
 */
export function libp2pOptions(inputs: Libp2pInputs): Libp2pOptions<NodeServices> {
  const { settings } = inputs;
  return {
    privateKey: inputs.privateKey,
    datastore: inputs.datastore,
    ...quietLogger(),
    nodeInfo: { name: 'ggen-p2p', version: inputs.version, userAgent: agentVersion(settings.name, inputs.version) },
    addresses: { listen: [...settings.listen] },
    transports: inputs.transports ?? [tcp()],
    connectionEncrypters: [lowCopyNoise()],
    // The default window grows to 16 MiB, which a reader that pauses must buffer; a stream breaks at 4 MiB.
    streamMuxers: [lowUpdateYamux({ streamOptions: { maxStreamWindowSize: MAX_STREAM_WINDOW_BYTES } })],
    connectionManager: {
      // Both limits count per address (defaults 5 a second, 10 pending): an office behind one router hits them.
      inboundConnectionThreshold: 100,
      maxIncomingPendingConnections: 100,
      maxConnections: 200,
      // The node's own connector redials with back-off and never gives up; libp2p's queue stops after five tries.
      reconnectRetries: 1,
    },
    connectionGater: {
      denyDialPeer: (peer) => inputs.isBanned(peer.toString()),
      // An inbound peer is known only after the handshake.
      denyInboundEncryptedConnection: (peer) => inputs.isBanned(peer.toString()),
      denyOutboundEncryptedConnection: (peer) => inputs.isBanned(peer.toString()),
      // The default refuses private addresses in browsers and allows them here; said, because a local network needs them.
      denyDialMultiaddr: () => false,
    },
    peerStore: {
      // By default addresses vanish after an hour and peers after six, even of connected peers, and then from DHT answers.
      maxAddressAge: 48 * HOUR_MS,
      maxPeerAge: 7 * 24 * HOUR_MS,
    },
    services: services(inputs),
  };
}

function services(inputs: Libp2pInputs): ServiceFactoryMap<NodeServices> {
  return {
    identify: identify({ protocolPrefix: PROTOCOL_PREFIX }),
    identifyPush: identifyPush({ protocolPrefix: PROTOCOL_PREFIX }),
    // Who is no peer of this marketplace learns here that bitswap is spoken, and can fetch a package by its CID. Only answers.
    identifyIpfs: identify({ protocolPrefix: 'ipfs', runOnConnectionOpen: false }),
    // By default one at a time: kad-dht keeps a peer out of its routing table whose ping fails because another one is under
    // way. Besides this node's own there may be two of kad-dht's; the limit on what comes in leaves room for those just ended.
    ping: ping({ protocolPrefix: PROTOCOL_PREFIX, maxOutboundStreams: 3, maxInboundStreams: 8 }),
    dht: kadDHT({
      protocol: KAD_PROTOCOL,
      ...inputs.routingTable,
      // By default ten paths of ten at once ask all of the twenty closest peers at the same time, of which a few are enough.
      alpha: 3,
      disjointPaths: 3,
      clientMode: inputs.settings.dhtMode === 'client',
      // The default drops private addresses: on a local network nobody would ever enter the routing table.
      peerInfoMapper: passthroughMapper,
      validators: { [DHT_NAMESPACE]: inputs.validateHead },
      // Mandatory for a namespace of one's own. PUT does not call it, hence the stateful validator beside it.
      selectors: { [DHT_NAMESPACE]: inputs.selectHead },
      // The first node of a network has nobody to query, and that is no error.
      allowQueryWithZeroPeers: true,
      initialQuerySelfInterval: 500,
    }),
    pubsub: gossipsub({
      // What is said is signed by its publisher, and verified on other threads; a second signature of gossipsub's own would be
      // verified on this one, at more than the cost of all else.
      globalSignaturePolicy: StrictNoSign,
      allowedTopics: [TOPIC],
      // The first node of a network publishes to nobody, and that is no error: later peers get it by sync.
      allowPublishToZeroTopicPeers: true,
      // One record is one message, whoever says it first, and whatever it claims.
      msgIdFn: ({ data }) => announcementId(decodeAnnouncement(data).record),
      ignoreDuplicatePublishError: true,
      // Telling the others not to send what just came costs more than a record of usual size; the default is 512 bytes.
      idontwantMinDataSize: 16 * 1024,
      // Both are unbounded by default.
      maxOutboundBufferSize: 8 * 1024 * 1024,
      maxInboundDataLength: MAX_GOSSIP_BYTES,
      scoreParams: scoreParams(inputs.reputation, inputs.isBanned),
      scoreThresholds: SCORE_THRESHOLDS,
    }),
  };
}

/** What identify tells of this node: program, version, and the name that its user chose, if any. */
export function agentVersion(name: string, version: string): string {
  const claimed = name.replace(/[()]/g, '').trim();
  return claimed === '' ? `ggen-p2p/${version}` : `ggen-p2p/${version} (${claimed})`;
}

/** Longest name of a peer that is shown. */
const MAX_NAME_LENGTH = 64;

/** The name that a peer claims in its agent version; empty when it claims none. Hostile text: cut and cleaned. */
export function claimedName(agent: string): string {
  const name = /^ggen-p2p\/\S+ \((.*)\)$/u.exec(agent)?.[1] ?? '';
  return name
    .replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '')
    .trim()
    .slice(0, MAX_NAME_LENGTH);
}
