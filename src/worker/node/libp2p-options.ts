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
import { LIMITS } from '../../shared/limits.ts';
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
  /** Returns a peer's reputation, 0 to 1. */
  readonly reputation: (peer: string) => number;
  /** Returns whether a peer is neither dialed nor accepted. */
  readonly isBanned: (peer: string) => boolean;
  /** TCP when left out. */
  readonly transports?: Transports;
  /** kad-dht's own size when left out, which has room for some thousand nodes. */
  readonly routingTable?: RoutingTableSize;
}

/** Size of the DHT's routing table: `2 ** prefixLength` buckets. */
export interface RoutingTableSize {
  /** Peers in one bucket, and replicas of a value; 20 by default. */
  readonly kBucketSize: number;
  /** Bits of a key that choose its bucket; 6 by default. */
  readonly prefixLength: number;
}

/** Transports by which peers are reached. */
export type Transports = NonNullable<Libp2pOptions['transports']>;

/** Allows 40 MB/s at a round-trip time of 100 ms. */
const MAX_STREAM_WINDOW_BYTES = 4 * 1024 * 1024;
const HOUR_MS = 60 * 60 * 1000;
/** Larger than an announcement with its gossip envelope, smaller than what would harm this node. */
const MAX_GOSSIP_BYTES = 4 * LIMITS.maxRecordBytes;

/**
 * The options of the libp2p node. Each start gets new ones: createLibp2p writes into its options, and a reused object would give two
 * nodes one identity. Each default that is overridden has its reason beside it.
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
    // The default window grows to 16 MiB, which a paused reader must buffer; libp2p aborts a stream at 4 MiB.
    streamMuxers: [lowUpdateYamux({ streamOptions: { maxStreamWindowSize: MAX_STREAM_WINDOW_BYTES } })],
    connectionManager: {
      // Both limits count per address. The defaults (5 a second, 10 pending) are too low for an office behind one router.
      inboundConnectionThreshold: 100,
      maxIncomingPendingConnections: 100,
      maxConnections: 200,
      // The dialer redials with a growing pause and never gives up; libp2p's queue stops after five attempts.
      reconnectRetries: 1,
    },
    connectionGater: {
      denyDialPeer: (peer) => inputs.isBanned(peer.toString()),
      // The id of an inbound peer is known only after the handshake.
      denyInboundEncryptedConnection: (peer) => inputs.isBanned(peer.toString()),
      denyOutboundEncryptedConnection: (peer) => inputs.isBanned(peer.toString()),
      // As the default in Node.js; explicit, because local networks need private addresses.
      denyDialMultiaddr: () => false,
    },
    peerStore: {
      // By default addresses expire after one hour and peers after six, even connected ones, and are then missing in DHT answers.
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
    // Other IPFS nodes learn from it that this node speaks bitswap, and can fetch a package by its CID. It only answers.
    identifyIpfs: identify({ protocolPrefix: 'ipfs', runOnConnectionOpen: false }),
    // By default one ping at a time: a ping of kad-dht then fails while another one is under way, and the peer does not enter the
    // routing table. There may be one of this node and two of kad-dht; the inbound limit leaves room for pings that just ended.
    ping: ping({ protocolPrefix: PROTOCOL_PREFIX, maxOutboundStreams: 3, maxInboundStreams: 8 }),
    dht: kadDHT({
      protocol: KAD_PROTOCOL,
      ...inputs.routingTable,
      // By default ten paths with ten requests each ask all twenty closest peers at the same time, although a few are enough.
      alpha: 3,
      disjointPaths: 3,
      clientMode: inputs.settings.dhtMode === 'client',
      // The default drops private addresses: on a local network the routing table would stay empty.
      peerInfoMapper: passthroughMapper,
      validators: { [DHT_NAMESPACE]: inputs.validateHead },
      // Required for an own namespace. PUT does not call it, so the validator compares with the stored record.
      selectors: { [DHT_NAMESPACE]: inputs.selectHead },
      // The first node of a network has no peer to query, which is not an error.
      allowQueryWithZeroPeers: true,
      initialQuerySelfInterval: 500,
    }),
    pubsub: gossipsub({
      // A record is signed by its publisher and verified on other threads. A signature by gossipsub would be verified on this
      // thread, and cost more than everything else together.
      globalSignaturePolicy: StrictNoSign,
      allowedTopics: [TOPIC],
      // The first node of a network has no peer to publish to, which is not an error: later peers get the record by sync.
      allowPublishToZeroTopicPeers: true,
      // One record is one message, whichever peer announces it first and with whichever claim.
      msgIdFn: ({ data }) => announcementId(decodeAnnouncement(data).record),
      ignoreDuplicatePublishError: true,
      // IDONTWANT messages cost more than a duplicate record of usual size; the default is 512 bytes.
      idontwantMinDataSize: 16 * 1024,
      // Both are unbounded by default.
      maxOutboundBufferSize: 8 * 1024 * 1024,
      maxInboundDataLength: MAX_GOSSIP_BYTES,
      scoreParams: scoreParams(inputs.reputation, inputs.isBanned),
      scoreThresholds: SCORE_THRESHOLDS,
    }),
  };
}

/** The agent version that identify sends: program, version, and the name that the user chose, if any. */
export function agentVersion(name: string, version: string): string {
  const claimed = name.replace(/[()]/g, '').trim();
  return claimed === '' ? `ggen-p2p/${version}` : `ggen-p2p/${version} (${claimed})`;
}

/** Longest peer name that is shown. */
const MAX_NAME_LENGTH = 64;

/** The name in a peer's agent version, or an empty string. Control characters are removed and its length is limited. */
export function claimedName(agent: string): string {
  const name = /^ggen-p2p\/\S+ \((.*)\)$/u.exec(agent)?.[1] ?? '';
  return name
    .replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '')
    .trim()
    .slice(0, MAX_NAME_LENGTH);
}
