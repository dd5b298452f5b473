import { CALL_NAMES } from '../../shared/api.ts';
import type { Engine, EngineCalls } from '../../shared/api.ts';
import { DEFAULT_NODE_SETTINGS } from '../../shared/defaults.ts';
import { errorMessage } from '../../shared/errors.ts';
import { Background } from './background.ts';
import { openCatalogue } from '../catalog/catalogue.ts';
import type { Catalogue } from '../catalog/catalogue.ts';
import type { Rebuilt } from '../sqlite/damage.ts';
import type { Database } from '../sqlite/database.ts';
import { openBlocks, removeLeftOverDrafts } from '../blocks/blocks.ts';
import type { BlockFiles } from '../blocks/blocks.ts';
import { EventHub } from './event-hub.ts';
import { createLoggers } from '../logging/log.ts';
import type { Logger } from '../logging/log.ts';
import { NodeHost } from './node-host.ts';
import { ALL_PATHS } from '../protocols/context.ts';
import type { Path } from '../protocols/context.ts';
import { SYNC_TASK } from '../protocols/sync/sync.ts';
import { Traffic } from '../protocols/traffic.ts';
import { Scheduler } from '../maintenance/scheduler.ts';
import type { RoutingTableSize, Transports } from '../node/libp2p-options.ts';
import { ServedBlockstore } from '../node/served-blockstore.ts';
import { PeerStandings } from './peer-standings.ts';
import type { RegistryContext } from '../registry/context.ts';
import { ForkKeeper, divergedPackages } from '../ingest/forks.ts';
import { Ingest } from '../ingest/ingest.ts';
import { Registry } from '../registry/registry.ts';
import { registryCalls } from './calls/registry-calls.ts';
import { checkRequest } from './calls/requests.ts';
import { Operations } from './calls/operations.ts';
import { healExchanges } from '../install/disk/exchange.ts';
import { removeLeftOverStagings } from '../install/disk/stagings.ts';
import { Retention, STORAGE_TASK } from '../retention/retention.ts';
import { ServedContent } from '../retention/served-content.ts';
import { Conduct } from '../reputation/conduct.ts';
import { instrumented } from '../telemetry/calls.ts';
import { Telemetry } from '../telemetry/telemetry.ts';
import { gauges } from './telemetry-gauges.ts';
import { upkeep } from './upkeep.ts';

/** After something changed in what is pinned, how long to wait for more of it, in milliseconds. */
const SETTLE_MS = 2_000;

export interface EngineOptions {
  /** Folder of this node's state; created when missing. One engine at a time may have it. */
  readonly dataDir: string;
  /** Version of the program, as told to others. */
  readonly version: string;
  /** Ways on which records travel; all when left out. */
  readonly paths?: readonly Path[];
  /** How peers are reached; TCP when left out. */
  readonly transports?: Transports;
  /** The DHT's own when left out. In a simulation with fewer nodes than it has room for, everybody would know everybody. */
  readonly routingTable?: RoutingTableSize;
  /** How long to wait for another owner of the folder to let go, in milliseconds; 6 s when left out. */
  readonly lockPatience?: number;
}

export interface EngineHost extends Engine {
  /** Stop the node, end what is under way, make everything durable. Resolves within 3 s. */
  close(): Promise<void>;
}

/**
 * The engine in this process: everything composed, nothing started. Calls work at once; those that need the network say
 * so until `startNode`.
 *
 * @throws GgenError DataDirInUse, DatabaseTooNew, DiskFull, UnsupportedRuntime
 */
export async function createEngine(options: EngineOptions): Promise<EngineHost> {
  const { dataDir, lockPatience } = options;
  const catalogue = await openCatalogue(dataDir, lockPatience);
  let blocks: BlockFiles | undefined;
  try {
    blocks = await openBlocks(dataDir);
    await removeLeftOverDrafts(dataDir);
    await removeLeftOverStagings(catalogue.stagings);
    await healExchanges(catalogue.exchanges);
    return await compose(options, catalogue, blocks);
  } catch (error) {
    // Who cannot serve the folder must not keep it from others.
    await blocks?.close().catch(() => undefined);
    catalogue.close();
    throw error;
  }
}

async function compose(
  { dataDir, version, paths = ALL_PATHS, transports, routingTable }: EngineOptions,
  catalogue: Catalogue,
  blocks: BlockFiles,
): Promise<EngineHost> {
  const events: EventHub = new EventHub(
    {
      peers: () => host.peers(false),
      counts: () => catalogue.packages.counts(),
      forks: () => divergedPackages(catalogue),
    },
    (why) => {
      loggers('engine').warn(`What changed could not be told: ${why}`);
    },
  );
  const loggers = createLoggers((line) => {
    events.log(line);
  });
  const conduct = new Conduct({
    peers: catalogue.peers,
    standings: catalogue.standings,
    here: () => host.settings?.location,
    onBan: (peer) => {
      host.disconnect(peer);
    },
    onChange: () => {
      events.peersChanged();
      // Who is banned is not counted among those who serve a package.
      events.packagesChanged();
    },
  });
  const scheduler = new Scheduler(loggers('upkeep'));
  const served = new ServedContent(catalogue, blocks);
  await served.refresh();
  const traffic = new Traffic(catalogue.traffic, DEFAULT_NODE_SETTINGS.transfers);
  const background = new Background(loggers('engine'));
  const operations = new Operations();
  const onChange = (id: string): void => {
    registry.forget(id);
    events.packagesChanged(id);
    if (catalogue.packages.isOwn(id.slice(0, id.indexOf('/')))) events.forksChanged();
  };
  const ingest = new Ingest({ catalogue, log: loggers('records'), onChange });
  const telemetry: Telemetry = new Telemetry({
    version,
    scheduler,
    log: loggers('telemetry'),
    gauges: gauges({ catalogue, blocks, peers: () => host.peers(true) }),
  });
  const host: NodeHost = new NodeHost({
    dataDir,
    version,
    catalogue,
    blocks: new ServedBlockstore(blocks, (cid) => traffic.paused || served.isHidden(cid)),
    traffic,
    onSettings: async ({ transfers, otlpEndpoint }) => {
      await telemetry.follow(otlpEndpoint);
      traffic.configure(transfers);
      if (await served.serveInstalled(transfers.serveInstalled)) host.network?.provider.soon();
    },
    scheduler,
    ...(transports === undefined ? {} : { transports }),
    ...(routingTable === undefined ? {} : { routingTable }),
    sink: new ForkKeeper(ingest, catalogue, () => {
      events.forksChanged();
    }),
    conduct,
    telemetry,
    loggers,
    paths: new Set(paths),
    onStatus: (status) => {
      events.node(status);
    },
    onPeers: () => {
      events.peersChanged();
    },
  });
  const retention = new Retention({
    catalogue,
    blocks,
    quota: () => (host.settings ?? DEFAULT_NODE_SETTINGS).quota,
    onChange: () => {
      scheduler.soon(STORAGE_TASK, SETTLE_MS);
    },
  });
  scheduler.add(retention.task());
  const context: RegistryContext = {
    dataDir,
    version,
    catalogue,
    blocks,
    ingest,
    served,
    retention,
    conduct,
    telemetry,
    loggers,
    network: () => host.network,
    settings: () => host.settings ?? DEFAULT_NODE_SETTINGS,
    onChange,
    background: (what, work) => {
      background.run(what, work);
    },
  };
  const registry: Registry = new Registry(context);
  for (const task of upkeep(catalogue, conduct, traffic)) scheduler.add(task);
  const standing = new PeerStandings(host, conduct);
  catalogue.db.onTextDamaged((reason) => {
    loggers('catalogue').warn(
      `The search index was damaged (${reason}). It is being made again from the packages known.`,
    );
    scheduler.soon('index');
  });
  reportRebuilt(catalogue.db, loggers('catalogue'), () => {
    registry.forget();
    events.packagesChanged();
    events.peersChanged();
    // Where each peer's log was read to is lost too: all of it comes again.
    scheduler.soon(SYNC_TASK);
  });
  const close = async (): Promise<void> => {
    await operations.stop();
    await host.stop();
    await scheduler.stop();
    await background.stop();
    ingest.close();
    try {
      traffic.save();
      await registry.close();
      await telemetry.close();
    } catch (error) {
      // A full disk, say: whoever is next must have the folder all the same.
      loggers('engine').warn(`Not everything was kept at the end: ${errorMessage(error)}`);
    }
    events.close();
    await blocks.close();
    catalogue.close();
  };
  let closing: Promise<void> | undefined;
  events.node(host.status());
  events.peersChanged();
  events.packagesChanged();
  await telemetry.follow(undefined);
  events.forksChanged();
  const calls: EngineCalls = {
    startNode: (settings) => host.start(settings),
    stopNode: () => host.stop(),
    peers: ({ connectedOnly = false }) => Promise.resolve(host.peers(connectedOnly)),
    peer: ({ id }) => host.peer(id),
    banPeer: (request) => standing.ban(request),
    unbanPeer: ({ id }) => standing.pardon(id),
    pauseSeeding: ({ paused }) => {
      host.pauseSeeding(paused);
      return Promise.resolve(traffic.status());
    },
    trustPeer: ({ id, trusted }) => standing.trust(id, trusted),
    bootstrap: ({ address }, options) => host.bootstrap(address, options?.signal),
    status: () =>
      Promise.resolve({
        version,
        node: host.status(),
        dataDir,
        counts: catalogue.packages.counts(),
        memory: process.memoryUsage.rss(),
        tasks: scheduler.status(),
        storage: retention.usage(),
        transfers: traffic.status(),
        ...host.figures(),
        ...(host.settings === undefined ? {} : { settings: host.settings }),
        ...(catalogue.db.rebuilt === undefined ? {} : { rebuilt: catalogue.db.rebuilt }),
      }),
    metrics: () => Promise.resolve(telemetry.metrics.snapshot()),
    ...registryCalls(registry, catalogue, operations),
  };
  return {
    ...instrumented(checked(calls), telemetry),
    subscribe: (name, listener) => events.subscribe(name, listener),
    close: () => (closing ??= close()),
  };
}

/** Say that the database was damaged and began anew: at the start, and whenever it is found out. */
function reportRebuilt(db: Database, log: Logger, onRebuilt: () => void): void {
  const say = ({ setAside, reason }: Rebuilt): void => {
    log.error(
      `The package catalogue was damaged (${reason}). It was set aside as ${setAside}; your own packages are back, the others come again from connected peers.`,
    );
  };
  if (db.replacedAtOpen && db.rebuilt !== undefined) say(db.rebuilt);
  db.onRebuilt((rebuilt) => {
    say(rebuilt);
    onRebuilt();
  });
}

/** The calls, each refusing a request that is not of its form. */
function checked(calls: EngineCalls): EngineCalls {
  const guarded = CALL_NAMES.map((name) => {
    // Every call looks the same here: one request, one set of options.
    const call = calls[name] as (request: unknown, options: unknown) => Promise<unknown>;
    return [
      name,
      async (request: Readonly<Record<string, unknown>>, options: unknown): Promise<unknown> => {
        checkRequest(name, request);
        return call(request, options);
      },
    ];
  });
  return Object.fromEntries(guarded) as EngineCalls;
}
