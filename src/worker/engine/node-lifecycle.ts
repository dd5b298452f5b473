import { GgenError, errorMessage } from '../../shared/errors.ts';
import { needsRestart } from '../../shared/settings/node-settings.ts';
import type {
  BootstrapResult,
  Location,
  NodeSettings,
  NodeState,
  NodeStatus,
  PeerDetails,
  PeerSummary,
} from '../../shared/model.ts';
import { withTimeout } from '../../shared/async.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { LoggerFactory } from '../logging/logger.ts';
import type { Scheduler } from '../maintenance/scheduler.ts';
import { Dialer, parseBootstrapAddress } from '../node/dialer.ts';
import type { RoutingTableSize, Transports } from '../node/libp2p-options.ts';
import { startMarketplaceNode } from '../node/node.ts';
import type { MarketplaceNode } from '../node/node.ts';
import { peerIdFromText } from '../node/peer-id.ts';
import { loadOrCreatePeerKey } from '../node/peer-key.ts';
import { PeerDirectory, disconnectedPeerDetails, disconnectedPeers } from '../node/peer-directory.ts';
import type { SeededBlockstore } from '../node/seeded-blockstore.ts';
import { validateNodeSettings } from '../node/node-settings.ts';
import { connectionPruningTask } from '../node/connection-pruning.ts';
import { SqliteDatastore } from '../node/sqlite-datastore.ts';
import { headValidator, selectHead } from '../protocols/heads/server.ts';
import type { RecordProtocol } from '../protocols/record-protocols.ts';
import type { RecordSink } from '../protocols/record-sink.ts';
import { Network } from '../protocols/network.ts';
import { isLocal } from '../protocols/traffic.ts';
import type { Traffic } from '../protocols/traffic.ts';
import { rememberedSettings, rememberSettings } from './remembered-settings.ts';
import type { PeerReputation } from '../reputation/peer-reputation.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';

export interface NodeLifecycleOptions {
  readonly dataDir: string;
  readonly version: string;
  readonly catalog: Catalog;
  /** The blocks that are served. */
  readonly blocks: SeededBlockstore;
  readonly traffic: Traffic;
  /** Called with the settings before a node works with them. */
  readonly onSettings: (settings: NodeSettings) => Promise<void>;
  readonly scheduler: Scheduler;
  /** TCP when left out. */
  readonly transports?: Transports;
  /** The DHT's own figure when left out. */
  readonly routingTable?: RoutingTableSize;
  readonly sink: RecordSink;
  readonly peerReputation: PeerReputation;
  readonly telemetry: Telemetry;
  readonly loggers: LoggerFactory;
  readonly enabledProtocols: ReadonlySet<RecordProtocol>;
  readonly onStatus: (status: NodeStatus) => void;
  readonly onPeers: () => void;
}

interface RunningNode {
  readonly node: MarketplaceNode;
  readonly network: Network;
  readonly dialer: Dialer;
  readonly peerDirectory: PeerDirectory;
  readonly stopTasks: readonly (() => Promise<void>)[];
  readonly stopped: AbortController;
  readonly startedAt: number;
}

/** Longest wait for the paths to end before the node itself is stopped. */
const PROTOCOL_STOP_TIMEOUT_MS = 400;

/** Starts and stops the node, one thing at a time, and tells what state it is in. */
export class NodeLifecycle {
  readonly #options: NodeLifecycleOptions;
  #state: NodeState = 'stopped';
  #error: string | undefined;
  #settings: NodeSettings | undefined;
  #running: RunningNode | undefined;
  /** Addresses added while this engine lives: asked again after every start. */
  readonly #addedBootstrap = new Set<string>();
  #transition: Promise<unknown> = Promise.resolve();

  constructor(options: NodeLifecycleOptions) {
    this.#options = options;
    this.#settings = rememberedSettings(options.catalog.db);
  }

  get network(): Network | undefined {
    return this.#running?.network;
  }

  /** Of the running node; else those that it was started with last in this data folder. */
  get settings(): NodeSettings | undefined {
    return this.#settings;
  }

  /** @throws GgenError InvalidRequest, NodeStartFailed */
  async start(settings: NodeSettings): Promise<NodeStatus> {
    const checked = validateNodeSettings(settings);
    return this.#serialize(async () => {
      await this.#options.onSettings(checked);
      if (this.#running !== undefined) {
        if (this.#settings !== undefined && !needsRestart(this.#settings, checked)) {
          this.#saveSettings(checked);
          this.#running.dialer.setBootstrapPeers([...checked.bootstrap, ...this.#addedBootstrap]);
          return this.status();
        }
        await this.#stopRunning();
      }
      this.#saveSettings(checked);
      this.#setState('starting');
      try {
        this.#running = await this.#compose(checked);
      } catch (error) {
        this.#setState('failed', errorMessage(error));
        throw error;
      }
      this.#setState('running');
      return this.status();
    });
  }

  /** Hand out nothing until this is taken back, whether a node runs or not. */
  pauseSeeding(paused: boolean): void {
    this.#options.traffic.pause(paused);
    this.#options.onStatus(this.status());
  }

  async stop(): Promise<NodeStatus> {
    return this.#serialize(async () => {
      await this.#stopRunning();
      if (this.#state !== 'stopped') this.#setState('stopped');
      return this.status();
    });
  }

  status(): NodeStatus {
    const running = this.#running;
    return {
      state: this.#state,
      addresses: running?.node.addresses() ?? [],
      ...(this.#options.traffic.paused ? { seedingPaused: true } : {}),
      ...(running === undefined ? {} : { peerId: running.node.peerId.toString(), startedAt: running.startedAt }),
      ...(this.#error === undefined ? {} : { error: this.#error }),
    };
  }

  peers(connectedOnly: boolean): PeerSummary[] {
    if (this.#running !== undefined) return this.#running.peerDirectory.list(connectedOnly);
    return connectedOnly ? [] : disconnectedPeers(this.#options.catalog, this.#options.peerReputation, new Set());
  }

  /** @throws GgenError PeerNotFound */
  async peer(id: string): Promise<PeerDetails> {
    if (this.#running !== undefined) return this.#running.peerDirectory.details(id);
    const details = disconnectedPeerDetails(this.#options.catalog, this.#options.peerReputation, id);
    if (details === undefined) {
      throw new GgenError('PeerNotFound', `Unknown peer ${id}. The Peers view shows all known peers.`, {
        details: { id },
      });
    }
    return details;
  }

  /** Close all connections of a peer; it is banned already, so none comes back. */
  disconnect(id: string): void {
    this.#running?.node.libp2p.hangUp(peerIdFromText(id)).catch((error: unknown) => {
      this.#options.loggers('node').debug(`Closing the connections of peer ${id}: ${errorMessage(error)}`);
    });
  }

  /** @throws GgenError InvalidAddress, NodeNotRunning */
  async bootstrap(address: string, signal?: AbortSignal): Promise<BootstrapResult> {
    parseBootstrapAddress(address);
    if (this.#running === undefined) {
      throw new GgenError('NodeNotRunning', 'The node is not running. Start it first.');
    }
    this.#addedBootstrap.add(address);
    return this.#running.dialer.bootstrap(address, signal);
  }

  networkStatus(): {
    connectedPeers: number;
    routingTableSize: number;
    topicPeers: number;
    bootstrap: BootstrapResult[];
  } {
    const running = this.#running;
    if (running === undefined) return { connectedPeers: 0, routingTableSize: 0, topicPeers: 0, bootstrap: [] };
    const { dht } = running.node.libp2p.services;
    return {
      connectedPeers: running.node.peers().length,
      routingTableSize: 'routingTable' in dht ? (dht.routingTable as { size: number }).size : 0,
      topicPeers: running.network.announce.subscribers(),
      bootstrap: running.dialer.bootstrapResults(),
    };
  }

  #saveSettings(settings: NodeSettings): void {
    this.#settings = settings;
    rememberSettings(this.#options.catalog.db, settings);
  }

  #serialize<T>(work: () => Promise<T>): Promise<T> {
    const next = this.#transition.then(work, work);
    this.#transition = next.catch(() => undefined);
    return next;
  }

  #setState(state: NodeState, error?: string): void {
    this.#state = state;
    this.#error = error;
    this.#options.onStatus(this.status());
    this.#options.onPeers();
  }

  async #compose(settings: NodeSettings): Promise<RunningNode> {
    const { catalog, blocks, sink, peerReputation, telemetry, dataDir, version, transports, routingTable } =
      this.#options;
    const validate = headValidator(catalog, sink);
    const node = await startMarketplaceNode({
      privateKey: await loadOrCreatePeerKey(dataDir),
      datastore: new SqliteDatastore(catalog.db),
      blockstore: blocks,
      settings,
      version,
      validateHead: async (key, value) => telemetry.event('kademlia', {}, () => validate(key, value)),
      selectHead,
      reputation: (peer) => peerReputation.score(peer),
      isBanned: (peer) => peerReputation.isBanned(peer),
      ...(transports === undefined ? {} : { transports }),
      ...(routingTable === undefined ? {} : { routingTable }),
    });
    try {
      return await this.#startProtocols(node, settings);
    } catch (error) {
      await node.stop().catch(() => undefined);
      throw error;
    }
  }

  async #startProtocols(node: MarketplaceNode, settings: NodeSettings): Promise<RunningNode> {
    const { catalog, sink, peerReputation, telemetry, scheduler, loggers, enabledProtocols } = this.#options;
    const stopped = new AbortController();
    const log = loggers('network');
    const ownLocation = (): Location | undefined => this.#settings?.location;
    const { blocks, traffic } = this.#options;
    blocks.beforeSend = (bytes) => {
      // bitswap does not say who asks: it counts as long as anybody is connected who counts.
      const local = node.libp2p.getConnections().every(isLocal);
      if (!traffic.maySend(local)) return Promise.reject(new Error('The daily limit is reached'));
      return traffic.spend('sent', bytes, local, stopped.signal);
    };
    const context = {
      node,
      catalog,
      sink,
      seededBlocks: blocks,
      traffic,
      peerReputation,
      telemetry,
      scheduler,
      log,
      enabledProtocols,
      ownLocation,
      stopped: stopped.signal,
    };
    const network = new Network(context);
    const peerDirectory = new PeerDirectory({
      node,
      catalog,
      peerReputation,
      telemetry,
      log: loggers('peer-directory'),
      onChange: this.#options.onPeers,
    });
    const dialer = new Dialer(node, loggers('dialer'), (peer) => peerReputation.isBanned(peer));
    try {
      await network.start();
    } catch (error) {
      stopped.abort();
      peerDirectory.stop();
      throw error;
    }
    const dialTask = dialer.task([...settings.bootstrap, ...this.#addedBootstrap]);
    const pruneTask = connectionPruningTask(
      node,
      (peer) => dialer.isBootstrapPeer(peer) || peerReputation.isTrusted(peer),
    );
    const stopTasks = [scheduler.add(dialTask), scheduler.add(pruneTask), scheduler.add(peerDirectory.task())];
    loggers('node').info(`Listening as ${node.peerId.toString()} on ${node.addresses().join(', ')}`);
    return { node, network, dialer, peerDirectory, stopTasks, stopped, startedAt: Date.now() };
  }

  async #stopRunning(): Promise<void> {
    const running = this.#running;
    if (running === undefined) return;
    this.#setState('stopping');
    running.stopped.abort();
    running.peerDirectory.stop();
    await withTimeout(
      PROTOCOL_STOP_TIMEOUT_MS,
      Promise.allSettled([running.network.stop(), ...running.stopTasks.map((stopTask) => stopTask())]),
    );
    await running.node.stop().catch((error: unknown) => {
      this.#options.loggers('node').warn(`The node did not stop cleanly: ${errorMessage(error)}`);
    });
    this.#running = undefined;
  }
}
