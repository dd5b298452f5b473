import { CALL_NAMES } from '../../shared/api/index.ts';
import type { Engine, EngineCalls } from '../../shared/api/index.ts';
import { DEFAULT_NODE_SETTINGS } from '../../shared/settings/node-settings.ts';
import { errorMessage } from '../../shared/errors.ts';
import { Background } from './background.ts';
import { openCatalog } from '../catalog/catalog.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { Rebuilt } from '../sqlite/damage.ts';
import type { Database } from '../sqlite/database.ts';
import { openBlockStore, removeStaleDrafts } from '../blocks/block-storage.ts';
import type { BlockStore } from '../blocks/block-store.ts';
import { EventFanOut } from '../../shared/event-fan-out.ts';
import { EventHub } from './event-hub.ts';
import { createLoggers } from '../logging/logger.ts';
import type { Logger } from '../logging/logger.ts';
import { NodeLifecycle } from './node-lifecycle.ts';
import { ALL_RECORD_PROTOCOLS } from '../protocols/record-protocols.ts';
import type { RecordProtocol } from '../protocols/record-protocols.ts';
import { SYNC_TASK } from '../protocols/sync/index.ts';
import { Traffic } from '../protocols/traffic.ts';
import { Scheduler } from '../maintenance/scheduler.ts';
import type { RoutingTableSize, Transports } from '../node/libp2p-options.ts';
import { SeededBlockstore } from '../node/seeded-blockstore.ts';
import { PeerStandings } from './peer-standings.ts';
import type { RegistryContext } from '../registry/context.ts';
import { ForkTracker, divergedPackages } from '../ingest/fork-tracker.ts';
import { Ingest } from '../ingest/ingest.ts';
import { Registry } from '../registry/registry.ts';
import { registryCalls } from './calls/registry-calls.ts';
import { validateRequest } from './calls/request-validation.ts';
import { Operations } from './calls/operations.ts';
import { recoverInstallTransactions } from '../install/disk/install-transaction.ts';
import { removeStaleStagingFolders } from '../install/disk/staging-cleanup.ts';
import { Retention, STORAGE_TASK } from '../retention/retention.ts';
import { SeededContent } from '../retention/seeded-content.ts';
import { PeerReputation } from '../reputation/peer-reputation.ts';
import { instrumented } from '../telemetry/calls.ts';
import { Telemetry } from '../telemetry/telemetry.ts';
import { gauges } from './telemetry-gauges.ts';
import { maintenanceTasks } from './maintenance-tasks.ts';

/** After something changed in what is pinned, how long to wait for more of it, in milliseconds. */
const STORAGE_DEBOUNCE_MS = 2_000;

export interface EngineOptions {
  /** Folder of this node's state; created when missing. One engine at a time may have it. */
  readonly dataDir: string;
  /** Version of the program, as told to others. */
  readonly version: string;
  /** Ways on which records travel; all when left out. */
  readonly enabledProtocols?: readonly RecordProtocol[];
  /** How peers are reached; TCP when left out. */
  readonly transports?: Transports;
  /** The DHT's own when left out. In a simulation with fewer nodes than it has room for, everybody would know everybody. */
  readonly routingTable?: RoutingTableSize;
  /** How long to wait for another owner of the folder to let go, in milliseconds; 6 s when left out. */
  readonly lockTimeoutMs?: number;
}

export interface LocalEngine extends Engine {
  /** Stop the node, end what is under way, make everything durable. Resolves within 3 s. */
  close(): Promise<void>;
}

/**
 * The engine in this process: everything composed, nothing started. Calls work at once; those that need the network say
 * so until `startNode`.
 *
 * @throws GgenError DataDirInUse, DatabaseTooNew, DiskFull, UnsupportedRuntime
 */
export async function createEngine(options: EngineOptions): Promise<LocalEngine> {
  const { dataDir, lockTimeoutMs } = options;
  const catalog = await openCatalog(dataDir, lockTimeoutMs);
  let blocks: BlockStore | undefined;
  try {
    blocks = await openBlockStore(dataDir);
    await removeStaleDrafts(dataDir);
    await removeStaleStagingFolders(catalog.stagingFolders);
    await recoverInstallTransactions(catalog.installTransactions);
    return await compose(options, catalog, blocks);
  } catch (error) {
    // Who cannot serve the folder must not keep it from others.
    await blocks?.close().catch(() => undefined);
    catalog.close();
    throw error;
  }
}

async function compose(
  { dataDir, version, enabledProtocols = ALL_RECORD_PROTOCOLS, transports, routingTable }: EngineOptions,
  catalog: Catalog,
  blocks: BlockStore,
): Promise<LocalEngine> {
  const eventFanOut = new EventFanOut();
  const loggers = createLoggers((line) => {
    eventFanOut.publish('log', { line });
  });
  const events: EventHub = new EventHub(
    {
      peers: () => nodeLifecycle.peers(false),
      counts: () => catalog.packages.counts(),
      forks: () => divergedPackages(catalog),
    },
    (reason) => {
      loggers('engine').warn(`Could not report changes: ${reason}`);
    },
    eventFanOut,
  );
  const peerReputation = new PeerReputation({
    peers: catalog.peers,
    standings: catalog.standings,
    ownLocation: () => nodeLifecycle.settings?.location,
    onBan: (peer) => {
      nodeLifecycle.disconnect(peer);
    },
    onChange: () => {
      events.peersChanged();
      // Who is banned is not counted among those who serve a package.
      events.packagesChanged();
    },
  });
  const scheduler = new Scheduler(loggers('maintenance'));
  const seededContent = new SeededContent(catalog, blocks);
  await seededContent.refresh();
  const traffic = new Traffic(catalog.traffic, DEFAULT_NODE_SETTINGS.transfers);
  const background = new Background(loggers('engine'));
  const operations = new Operations();
  const onChange = (id: string): void => {
    registry.invalidate(id);
    events.packagesChanged(id);
    if (catalog.packages.isOwn(id.slice(0, id.indexOf('/')))) events.forksChanged();
  };
  const ingest = new Ingest({ catalog, log: loggers('records'), onChange });
  const telemetry: Telemetry = new Telemetry({
    version,
    scheduler,
    log: loggers('telemetry'),
    gauges: gauges({ catalog, blocks, peers: () => nodeLifecycle.peers(true) }),
  });
  const nodeLifecycle: NodeLifecycle = new NodeLifecycle({
    dataDir,
    version,
    catalog,
    blocks: new SeededBlockstore(blocks, (cid) => traffic.paused || seededContent.isHidden(cid)),
    traffic,
    onSettings: async ({ transfers, otlpEndpoint }) => {
      await telemetry.setEndpoint(otlpEndpoint);
      traffic.configure(transfers);
      if (await seededContent.seedInstalled(transfers.seedInstalled)) nodeLifecycle.network?.reprovider.schedule();
    },
    scheduler,
    ...(transports === undefined ? {} : { transports }),
    ...(routingTable === undefined ? {} : { routingTable }),
    sink: new ForkTracker(ingest, catalog, () => {
      events.forksChanged();
    }),
    peerReputation,
    telemetry,
    loggers,
    enabledProtocols: new Set(enabledProtocols),
    onStatus: (status) => {
      events.node(status);
    },
    onPeers: () => {
      events.peersChanged();
    },
  });
  const retention = new Retention({
    catalog,
    blocks,
    quota: () => (nodeLifecycle.settings ?? DEFAULT_NODE_SETTINGS).quota,
    onChange: () => {
      scheduler.runSoon(STORAGE_TASK, STORAGE_DEBOUNCE_MS);
    },
  });
  scheduler.add(retention.task());
  const context: RegistryContext = {
    dataDir,
    version,
    catalog,
    blocks,
    ingest,
    seededContent,
    retention,
    peerReputation,
    telemetry,
    loggers,
    network: () => nodeLifecycle.network,
    settings: () => nodeLifecycle.settings ?? DEFAULT_NODE_SETTINGS,
    onChange,
    background: (what, work) => {
      background.run(what, work);
    },
  };
  const registry: Registry = new Registry(context);
  for (const task of maintenanceTasks(catalog, peerReputation, traffic)) scheduler.add(task);
  const peerStandings = new PeerStandings(nodeLifecycle, peerReputation);
  catalog.db.onTextDamaged((reason) => {
    loggers('catalog').warn(`The search index was damaged (${reason}) and is being rebuilt from the known packages.`);
    scheduler.runSoon('index');
  });
  reportRebuilt(catalog.db, loggers('catalog'), () => {
    registry.invalidate();
    events.packagesChanged();
    events.peersChanged();
    // Where each peer's log was read to is lost too: all of it comes again.
    scheduler.runSoon(SYNC_TASK);
  });
  const close = async (): Promise<void> => {
    await operations.stop();
    await nodeLifecycle.stop();
    await scheduler.stop();
    await background.stop();
    ingest.close();
    try {
      traffic.save();
      await registry.close();
      await telemetry.close();
    } catch (error) {
      // A full disk, say: whoever is next must have the folder all the same.
      loggers('engine').warn(`Some data could not be saved at shutdown: ${errorMessage(error)}`);
    }
    events.close();
    await blocks.close();
    catalog.close();
  };
  let closing: Promise<void> | undefined;
  events.node(nodeLifecycle.status());
  events.peersChanged();
  events.packagesChanged();
  await telemetry.setEndpoint(undefined);
  events.forksChanged();
  const calls: EngineCalls = {
    startNode: (settings) => nodeLifecycle.start(settings),
    stopNode: () => nodeLifecycle.stop(),
    peers: ({ connectedOnly = false }) => Promise.resolve(nodeLifecycle.peers(connectedOnly)),
    peer: ({ id }) => nodeLifecycle.peer(id),
    banPeer: (request) => peerStandings.ban(request),
    unbanPeer: ({ id }) => peerStandings.unban(id),
    pauseSeeding: ({ paused }) => {
      nodeLifecycle.pauseSeeding(paused);
      return Promise.resolve(traffic.status());
    },
    trustPeer: ({ id, trusted }) => peerStandings.trust(id, trusted),
    bootstrap: ({ address }, options) => nodeLifecycle.bootstrap(address, options?.signal),
    status: () =>
      Promise.resolve({
        version,
        node: nodeLifecycle.status(),
        dataDir,
        counts: catalog.packages.counts(),
        memory: process.memoryUsage.rss(),
        tasks: scheduler.status(),
        storage: retention.usage(),
        transfers: traffic.status(),
        ...nodeLifecycle.networkStatus(),
        ...(nodeLifecycle.settings === undefined ? {} : { settings: nodeLifecycle.settings }),
        ...(catalog.db.rebuilt === undefined ? {} : { rebuilt: catalog.db.rebuilt }),
      }),
    metrics: () => Promise.resolve(telemetry.metrics.snapshot()),
    ...registryCalls(registry, catalog, operations),
  };
  return {
    ...instrumented(withRequestValidation(calls), telemetry),
    subscribe: (name, listener) => events.subscribe(name, listener),
    close: () => (closing ??= close()),
  };
}

/** Say that the database was damaged and began anew: at the start, and whenever it is found out. */
function reportRebuilt(db: Database, log: Logger, onRebuilt: () => void): void {
  const logRebuilt = ({ setAside, reason }: Rebuilt): void => {
    log.error(
      `The package catalog was damaged (${reason}) and has been moved to ${setAside}. Your own packages are restored; others are fetched again from connected peers.`,
    );
  };
  if (db.replacedAtOpen && db.rebuilt !== undefined) logRebuilt(db.rebuilt);
  db.onRebuilt((rebuilt) => {
    logRebuilt(rebuilt);
    onRebuilt();
  });
}

/** The calls, each refusing a request that is not of its form. */
function withRequestValidation(calls: EngineCalls): EngineCalls {
  const validated = CALL_NAMES.map((name) => {
    // Every call looks the same here: one request, one set of options.
    const call = calls[name] as (request: unknown, options: unknown) => Promise<unknown>;
    return [
      name,
      async (request: Readonly<Record<string, unknown>>, options: unknown): Promise<unknown> => {
        validateRequest(name, request);
        return call(request, options);
      },
    ];
  });
  return Object.fromEntries(validated) as EngineCalls;
}
