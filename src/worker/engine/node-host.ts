import { GgenError, errorMessage } from '../../shared/errors.ts';
import { needsRestart } from '../../shared/settings.ts';
import type {
  BootstrapResult,
  Location,
  NodeSettings,
  NodeState,
  NodeStatus,
  PeerDetails,
  PeerSummary,
} from '../../shared/model.ts';
import { within } from '../../shared/waiting.ts';
import type { Catalogue } from '../catalog/catalogue.ts';
import type { LoggerFactory } from '../logging/log.ts';
import type { Scheduler } from '../maintenance/scheduler.ts';
import { Connector, parseBootstrapAddress } from '../node/connector.ts';
import type { RoutingTableSize, Transports } from '../node/libp2p-options.ts';
import { startNode } from '../node/node.ts';
import type { MarketplaceNode } from '../node/node.ts';
import { peerIdFromText } from '../node/peer-id.ts';
import { loadOrCreatePeerKey } from '../node/peer-key.ts';
import { Presence, awayDetails, awayPeers } from '../node/presence.ts';
import type { ServedBlockstore } from '../node/served-blockstore.ts';
import { checkSettings } from '../node/settings.ts';
import { trimming } from '../node/trimming.ts';
import { SqliteDatastore } from '../node/sqlite-datastore.ts';
import { headValidator, selectHead } from '../protocols/heads/heads.ts';
import type { Path, RecordSink } from '../protocols/context.ts';
import { Network } from '../protocols/network.ts';
import { isLocal } from '../protocols/traffic.ts';
import type { Traffic } from '../protocols/traffic.ts';
import { rememberedSettings, rememberSettings } from './remembered-settings.ts';
import type { Conduct } from '../reputation/conduct.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';

export interface NodeHostOptions {
  readonly dataDir: string;
  readonly version: string;
  readonly catalogue: Catalogue;
  /** The blocks that are served. */
  readonly blocks: ServedBlockstore;
  readonly traffic: Traffic;
  /** Called with the settings before a node works with them. */
  readonly onSettings: (settings: NodeSettings) => Promise<void>;
  readonly scheduler: Scheduler;
  /** TCP when left out. */
  readonly transports?: Transports;
  /** The DHT's own figure when left out. */
  readonly routingTable?: RoutingTableSize;
  readonly sink: RecordSink;
  readonly conduct: Conduct;
  readonly telemetry: Telemetry;
  readonly loggers: LoggerFactory;
  readonly paths: ReadonlySet<Path>;
  readonly onStatus: (status: NodeStatus) => void;
  readonly onPeers: () => void;
}

interface Running {
  readonly node: MarketplaceNode;
  readonly network: Network;
  readonly connector: Connector;
  readonly presence: Presence;
  readonly endTasks: readonly (() => Promise<void>)[];
  readonly stopped: AbortController;
  readonly startedAt: number;
}

/** Longest wait for the paths to end before the node itself is stopped. */
const WIND_DOWN_MS = 400;

/** Starts and stops the node, one thing at a time, and tells what state it is in. */
export class NodeHost {
  readonly #options: NodeHostOptions;
  #state: NodeState = 'stopped';
  #error: string | undefined;
  #settings: NodeSettings | undefined;
  #running: Running | undefined;
  /** Addresses added while this engine lives: asked again after every start. */
  readonly #addedBootstrap = new Set<string>();
  #transition: Promise<unknown> = Promise.resolve();

  constructor(options: NodeHostOptions) {
    this.#options = options;
    this.#settings = rememberedSettings(options.catalogue.db);
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
    const checked = checkSettings(settings);
    return this.#inTurn(async () => {
      await this.#options.onSettings(checked);
      if (this.#running !== undefined) {
        if (this.#settings !== undefined && !needsRestart(this.#settings, checked)) {
          this.#remember(checked);
          this.#running.connector.follow([...checked.bootstrap, ...this.#addedBootstrap]);
          return this.status();
        }
        await this.#stopRunning();
      }
      this.#remember(checked);
      this.#enter('starting');
      try {
        this.#running = await this.#compose(checked);
      } catch (error) {
        this.#enter('failed', errorMessage(error));
        throw error;
      }
      this.#enter('running');
      return this.status();
    });
  }

  /** Hand out nothing until this is taken back, whether a node runs or not. */
  pauseSeeding(paused: boolean): void {
    this.#options.traffic.pause(paused);
    this.#options.onStatus(this.status());
  }

  async stop(): Promise<NodeStatus> {
    return this.#inTurn(async () => {
      await this.#stopRunning();
      if (this.#state !== 'stopped') this.#enter('stopped');
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
    if (this.#running !== undefined) return this.#running.presence.list(connectedOnly);
    return connectedOnly ? [] : awayPeers(this.#options.catalogue, this.#options.conduct, new Set());
  }

  /** @throws GgenError PeerNotFound */
  async peer(id: string): Promise<PeerDetails> {
    if (this.#running !== undefined) return this.#running.presence.details(id);
    const details = awayDetails(this.#options.catalogue, this.#options.conduct, id);
    if (details === undefined) {
      throw new GgenError('PeerNotFound', `Peer ${id} is not known here. The Peers view lists those that are.`, {
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
    return this.#running.connector.bootstrap(address, signal);
  }

  figures(): { connectedPeers: number; routingTableSize: number; topicPeers: number; bootstrap: BootstrapResult[] } {
    const running = this.#running;
    if (running === undefined) return { connectedPeers: 0, routingTableSize: 0, topicPeers: 0, bootstrap: [] };
    const { dht } = running.node.libp2p.services;
    return {
      connectedPeers: running.node.peers().length,
      routingTableSize: 'routingTable' in dht ? (dht.routingTable as { size: number }).size : 0,
      topicPeers: running.network.announce.subscribers(),
      bootstrap: running.connector.bootstrapResults(),
    };
  }

  #remember(settings: NodeSettings): void {
    this.#settings = settings;
    rememberSettings(this.#options.catalogue.db, settings);
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const next = this.#transition.then(work, work);
    this.#transition = next.catch(() => undefined);
    return next;
  }

  #enter(state: NodeState, error?: string): void {
    this.#state = state;
    this.#error = error;
    this.#options.onStatus(this.status());
    this.#options.onPeers();
  }

  async #compose(settings: NodeSettings): Promise<Running> {
    const { catalogue, blocks, sink, conduct, telemetry, dataDir, version, transports, routingTable } = this.#options;
    const validate = headValidator(catalogue, sink);
    const node = await startNode({
      privateKey: await loadOrCreatePeerKey(dataDir),
      datastore: new SqliteDatastore(catalogue.db),
      blockstore: blocks,
      settings,
      version,
      validateHead: async (key, value) => telemetry.event('kademlia', {}, () => validate(key, value)),
      selectHead,
      reputation: (peer) => conduct.score(peer),
      isBanned: (peer) => conduct.isBanned(peer),
      ...(transports === undefined ? {} : { transports }),
      ...(routingTable === undefined ? {} : { routingTable }),
    });
    try {
      return await this.#startPaths(node, settings);
    } catch (error) {
      await node.stop().catch(() => undefined);
      throw error;
    }
  }

  async #startPaths(node: MarketplaceNode, settings: NodeSettings): Promise<Running> {
    const { catalogue, sink, conduct, telemetry, scheduler, loggers, paths } = this.#options;
    const stopped = new AbortController();
    const log = loggers('network');
    const here = (): Location | undefined => this.#settings?.location;
    const { blocks, traffic } = this.#options;
    blocks.onServe = (bytes) => {
      // bitswap does not say who asks: it counts as long as anybody is connected who counts.
      const local = node.libp2p.getConnections().every(isLocal);
      if (!traffic.maySend(local)) return Promise.reject(new Error('The limit of the day is reached'));
      return traffic.spend('sent', bytes, local, stopped.signal);
    };
    const context = {
      node,
      catalogue,
      sink,
      served: blocks,
      traffic,
      conduct,
      telemetry,
      scheduler,
      log,
      paths,
      here,
      stopped: stopped.signal,
    };
    const network = new Network(context);
    const presence = new Presence({
      node,
      catalogue,
      conduct,
      telemetry,
      log: loggers('presence'),
      changed: this.#options.onPeers,
    });
    const connector = new Connector(node, loggers('connector'), (peer) => conduct.isBanned(peer));
    try {
      await network.start();
    } catch (error) {
      stopped.abort();
      presence.stop();
      throw error;
    }
    const connect = connector.task([...settings.bootstrap, ...this.#addedBootstrap]);
    const trim = trimming(node, (peer) => connector.wants(peer) || conduct.isTrusted(peer));
    const endTasks = [scheduler.add(connect), scheduler.add(trim), scheduler.add(presence.task())];
    loggers('node').info(`Listening as ${node.peerId.toString()} on ${node.addresses().join(', ')}`);
    return { node, network, connector, presence, endTasks, stopped, startedAt: Date.now() };
  }

  async #stopRunning(): Promise<void> {
    const running = this.#running;
    if (running === undefined) return;
    this.#enter('stopping');
    running.stopped.abort();
    running.presence.stop();
    await within(WIND_DOWN_MS, Promise.allSettled([running.network.stop(), ...running.endTasks.map((end) => end())]));
    await running.node.stop().catch((error: unknown) => {
      this.#options.loggers('node').warn(`The node did not stop cleanly: ${errorMessage(error)}`);
    });
    this.#running = undefined;
  }
}
