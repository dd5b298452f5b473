import { errorMessage } from '../../shared/errors.ts';
import type { NodeSettings } from '../../shared/model.ts';
import { withTimeout } from '../../shared/async.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { LoggerFactory } from '../logging/logger.ts';
import type { Scheduler } from '../maintenance/scheduler.ts';
import { connectionPruningTask } from '../node/connection-pruning.ts';
import { Dialer } from '../node/dialer.ts';
import type { RoutingTableSize, Transports } from '../node/libp2p-options.ts';
import { startMarketplaceNode } from '../node/node.ts';
import type { MarketplaceNode } from '../node/node.ts';
import type { PeerClocks } from '../node/peer-clocks.ts';
import { PeerDirectory } from '../node/peer-directory.ts';
import { peerIdFromText } from '../node/peer-id.ts';
import { loadOrCreatePeerKey } from '../node/peer-key.ts';
import type { SeededBlockstore } from '../node/seeded-blockstore.ts';
import { SqliteDatastore } from '../node/sqlite-datastore.ts';
import { headValidator, selectHead } from '../protocols/heads/server.ts';
import type { RecordProtocol } from '../protocols/shared/record-protocols.ts';
import type { RecordSink } from '../protocols/shared/record-sink.ts';
import { Network } from '../protocols/network.ts';
import { isLocal } from '../protocols/shared/traffic.ts';
import type { Traffic } from '../protocols/shared/traffic.ts';
import type { PeerReputation } from '../reputation/peer-reputation.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import type { NodeSettingsStore } from './node-settings-store.ts';
import type { NetworkStatus, RunningNode } from './node-slot.ts';

/** What a node is made of. Everything here lives as long as the engine; the node does not. */
export interface NodeParts {
  readonly dataDir: string;
  readonly version: string;
  readonly catalog: Catalog;
  /** The blocks that are seeded. */
  readonly seededBlocks: SeededBlockstore;
  readonly traffic: Traffic;
  readonly scheduler: Scheduler;
  /** TCP when absent. */
  readonly transports?: Transports;
  /** The DHT's own size when absent. */
  readonly routingTable?: RoutingTableSize;
  readonly sink: RecordSink;
  readonly peerReputation: PeerReputation;
  readonly peerClocks: PeerClocks;
  readonly telemetry: Telemetry;
  readonly loggers: LoggerFactory;
  readonly enabledProtocols: ReadonlySet<RecordProtocol>;
  /** Read for the location, which can change while the node runs. */
  readonly nodeSettings: Pick<NodeSettingsStore, 'saved'>;
  readonly onPeersChanged: () => void;
}

/** Longest wait for protocols and tasks before the node itself is stopped. */
const PROTOCOL_STOP_TIMEOUT_MS = 400;

/**
 * Start a node with its protocols and tasks.
 *
 * @param bootstrap addresses that the node dials
 * @throws GgenError NodeStartFailed
 */
export async function startNode(
  parts: NodeParts,
  settings: NodeSettings,
  bootstrap: readonly string[],
): Promise<RunningNode> {
  const node = await startLibp2p(parts, settings);
  try {
    return await startProtocols(parts, node, bootstrap);
  } catch (error) {
    await node.stop().catch(() => undefined);
    throw error;
  }
}

async function startLibp2p(parts: NodeParts, settings: NodeSettings): Promise<MarketplaceNode> {
  const { dataDir, version, catalog, sink, peerReputation, telemetry, transports, routingTable } = parts;
  const validate = headValidator(catalog, sink);
  return startMarketplaceNode({
    privateKey: await loadOrCreatePeerKey(dataDir),
    datastore: new SqliteDatastore(catalog.db),
    blockstore: parts.seededBlocks,
    settings,
    version,
    validateHead: async (key, value) => telemetry.event('kademlia', {}, () => validate(key, value)),
    selectHead,
    reputation: (peer) => peerReputation.score(peer),
    isBanned: (peer) => peerReputation.isBanned(peer),
    ...(transports === undefined ? {} : { transports }),
    ...(routingTable === undefined ? {} : { routingTable }),
  });
}

async function startProtocols(
  parts: NodeParts,
  node: MarketplaceNode,
  bootstrap: readonly string[],
): Promise<RunningNode> {
  const { peerReputation, scheduler, loggers, onPeersChanged } = parts;
  const stopped = new AbortController();
  limitBitswap(parts, node, stopped.signal);
  const network = createNetwork(parts, node, stopped.signal);
  const peerDirectory = new PeerDirectory({
    ...parts,
    node,
    log: loggers('peer-directory'),
    onChange: onPeersChanged,
  });
  const dialer = new Dialer(node, loggers('dialer'), (peer) => peerReputation.isBanned(peer));
  try {
    await network.start();
  } catch (error) {
    stopped.abort();
    peerDirectory.stop();
    throw error;
  }
  const isKeptByUser = (peer: string): boolean => dialer.isBootstrapPeer(peer) || peerReputation.isTrusted(peer);
  const tasks = [dialer.task(bootstrap), connectionPruningTask(node, isKeptByUser), peerDirectory.task()];
  const stopTasks = tasks.map((task) => scheduler.add(task));
  loggers('node').info(`Listening as ${node.peerId.toString()} on ${node.addresses().join(', ')}`);
  return new ComposedNode({ node, network, dialer, peerDirectory, stopTasks, stopped, log: loggers('node') });
}

/** Count and limit what bitswap sends. It does not say which peer asks, so a block is free only if all peers are local. */
function limitBitswap({ seededBlocks, traffic }: NodeParts, node: MarketplaceNode, stopped: AbortSignal): void {
  seededBlocks.beforeSend = (bytes) => {
    const local = node.libp2p.getConnections().every(isLocal);
    if (!traffic.maySend(local)) return Promise.reject(new Error('The daily limit is reached'));
    return traffic.spend('sent', bytes, local, stopped);
  };
}

function createNetwork(parts: NodeParts, node: MarketplaceNode, stopped: AbortSignal): Network {
  const { catalog, sink, seededBlocks, traffic, peerReputation, peerClocks, telemetry, scheduler, enabledProtocols } =
    parts;
  return new Network({
    node,
    catalog,
    sink,
    seededBlocks,
    traffic,
    peerReputation,
    peerClocks,
    telemetry,
    scheduler,
    log: parts.loggers('network'),
    enabledProtocols,
    ownLocation: () => parts.nodeSettings.saved?.location,
    stopped,
  });
}

interface ComposedNodeParts {
  readonly node: MarketplaceNode;
  readonly network: Network;
  readonly dialer: Dialer;
  readonly peerDirectory: PeerDirectory;
  readonly stopTasks: readonly (() => Promise<void>)[];
  /** Aborted when the node stops. */
  readonly stopped: AbortController;
  readonly log: ReturnType<LoggerFactory>;
}

class ComposedNode implements RunningNode {
  readonly #parts: ComposedNodeParts;
  readonly #startedAt = Date.now();

  constructor(parts: ComposedNodeParts) {
    this.#parts = parts;
  }

  get network(): Network {
    return this.#parts.network;
  }

  get peerDirectory(): PeerDirectory {
    return this.#parts.peerDirectory;
  }

  status(): ReturnType<RunningNode['status']> {
    const { node } = this.#parts;
    return { peerId: node.peerId.toString(), addresses: node.addresses(), startedAt: this.#startedAt };
  }

  networkStatus(): NetworkStatus {
    const { node, network, dialer } = this.#parts;
    const { dht } = node.libp2p.services;
    return {
      connectedPeers: node.peers().length,
      routingTableSize: 'routingTable' in dht ? (dht.routingTable as { size: number }).size : 0,
      topicPeers: network.announce.subscribers(),
      bootstrap: dialer.bootstrapResults(),
    };
  }

  setBootstrapPeers(addresses: readonly string[]): void {
    this.#parts.dialer.setBootstrapPeers(addresses);
  }

  bootstrap(address: string, signal: AbortSignal): ReturnType<RunningNode['bootstrap']> {
    return this.#parts.dialer.bootstrap(address, signal);
  }

  disconnect(peer: string): void {
    this.#parts.node.libp2p.hangUp(peerIdFromText(peer)).catch((error: unknown) => {
      this.#parts.log.debug(`The connections of peer ${peer} could not be closed: ${errorMessage(error)}`);
    });
  }

  async stop(): Promise<void> {
    const { node, network, peerDirectory, stopTasks, stopped, log } = this.#parts;
    stopped.abort();
    peerDirectory.stop();
    await withTimeout(
      PROTOCOL_STOP_TIMEOUT_MS,
      Promise.allSettled([network.stop(), ...stopTasks.map((stopTask) => stopTask())]),
    );
    await node.stop().catch((error: unknown) => {
      log.warn(`The node did not stop cleanly: ${errorMessage(error)}`);
    });
  }
}
