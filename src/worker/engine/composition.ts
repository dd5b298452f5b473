import type { ClosingStack } from '../../shared/closing-stack.ts';
import { DEFAULT_NODE_SETTINGS } from '../../shared/settings/node-settings.ts';
import { errorMessage } from '../../shared/errors.ts';
import type { ClockComparison, NodeSettings } from '../../shared/model.ts';
import { EventFanOut } from '../../shared/event-fan-out.ts';
import { Drafts } from '../authoring/drafts.ts';
import { ForkTracker, divergedPackages } from '../ingest/fork-tracker.ts';
import { Ingest } from '../ingest/ingest.ts';
import { Plans } from '../install/plan/plans.ts';
import { createLoggers } from '../logging/logger.ts';
import type { Logger, LoggerFactory } from '../logging/logger.ts';
import { Scheduler } from '../maintenance/scheduler.ts';
import { PeerClocks } from '../node/peer-clocks.ts';
import { SeededBlockstore } from '../node/seeded-blockstore.ts';
import { ALL_RECORD_PROTOCOLS } from '../protocols/shared/record-protocols.ts';
import type { Network } from '../protocols/network.ts';
import { Traffic } from '../protocols/shared/traffic.ts';
import { ReleaseReader } from '../reading/release-reader.ts';
import { Lookup } from '../registry/lookup.ts';
import { RegistrySearch } from '../registry/registry-search.ts';
import { PeerReputation } from '../reputation/peer-reputation.ts';
import { Retention, STORAGE_TASK } from '../retention/retention.ts';
import { SeededContent } from '../retention/seeded-content.ts';
import { Telemetry } from '../telemetry/telemetry.ts';
import { applySettings } from './apply-settings.ts';
import { Background } from './background.ts';
import { ChangeBus } from './change-bus.ts';
import type { EngineOptions } from './engine.ts';
import { EventHub } from './event-hub.ts';
import { InstallLocks } from '../install/lock/install-locks.ts';
import { NodeLifecycle } from './node-lifecycle.ts';
import { NodeSettingsStore } from './node-settings-store.ts';
import { NodeSlot } from './node-slot.ts';
import { PeerStandings } from './peer-standings.ts';
import { PeerView } from './peer-view.ts';
import { startNode } from './running-node.ts';
import type { EngineStorage } from './storage.ts';
import { gauges } from './telemetry-gauges.ts';

/** After a pin or lease changed, how long to wait for more such changes before the storage task runs. */
const STORAGE_DEBOUNCE_MS = 2_000;

/** Disk, change bus, events, log, settings, reputation, scheduler and telemetry: every other part uses some of them. */
export interface CoreParts extends EngineStorage {
  readonly dataDir: string;
  readonly version: string;
  readonly changes: ChangeBus;
  readonly events: EventHub;
  readonly loggers: LoggerFactory;
  readonly nodeSettings: NodeSettingsStore;
  readonly slot: NodeSlot;
  readonly peerReputation: PeerReputation;
  readonly peerView: PeerView;
  readonly peerClocks: PeerClocks;
  /** This machine's clock compared with those of connected peers. */
  readonly clock: () => ClockComparison | undefined;
  readonly scheduler: Scheduler;
  readonly telemetry: Telemetry;
}

export function composeCore(options: EngineOptions, storage: EngineStorage, closing: ClosingStack): CoreParts {
  const { dataDir, version } = options;
  const { catalog, blocks } = storage;
  const changes = new ChangeBus();
  const eventFanOut = new EventFanOut();
  const loggers = createLoggers((line) => {
    eventFanOut.publish('log', { line });
  });
  const nodeSettings = new NodeSettingsStore(catalog.db);
  const slot = new NodeSlot();
  const peerReputation = new PeerReputation({
    peers: catalog.peers,
    standings: catalog.standings,
    ownLocation: () => nodeSettings.saved?.location,
    onBan: (bannedPeer) => {
      changes.emit('standing', { bannedPeer });
    },
    onChange: () => {
      changes.emit('standing', {});
    },
  });
  const peerView = new PeerView(catalog, peerReputation, slot);
  const peerClocks = new PeerClocks();
  const clock = (): ClockComparison | undefined =>
    peerClocks.compare((slot.running?.peerDirectory.list(true) ?? []).map(({ id }) => id));
  const events = new EventHub(
    {
      peers: () => peerView.list(false),
      counts: () => catalog.packages.counts(),
      forks: () => divergedPackages(catalog),
    },
    (reason) => {
      loggers('engine').warn(`Could not report changes: ${reason}`);
    },
    eventFanOut,
  );
  closing.defer(() => {
    events.close();
  });
  const scheduler = new Scheduler(loggers('maintenance'));
  const telemetry = new Telemetry({
    version,
    scheduler,
    log: loggers('telemetry'),
    gauges: gauges({ catalog, blocks, peers: () => peerView.list(true) }),
  });
  const core = { ...storage, dataDir, version, changes, events, loggers, nodeSettings, slot };
  closing.defer(tolerant(loggers('engine'), () => telemetry.close()));
  return { ...core, peerReputation, peerView, peerClocks, clock, scheduler, telemetry };
}

/** What receives, keeps and seeds records and blocks. */
export interface ContentParts extends CoreParts {
  readonly traffic: Traffic;
  readonly seededContent: SeededContent;
  readonly retention: Retention;
  readonly ingest: Ingest;
  readonly background: Background;
}

export async function composeContent(core: CoreParts, closing: ClosingStack): Promise<ContentParts> {
  const { catalog, blocks, changes, loggers, nodeSettings, scheduler } = core;
  const traffic = new Traffic(catalog.traffic, DEFAULT_NODE_SETTINGS.transfers);
  closing.defer(
    tolerant(loggers('engine'), () => {
      traffic.save();
    }),
  );
  const seededContent = new SeededContent(catalog, blocks);
  await seededContent.refresh();
  closing.defer(() => {
    seededContent.close();
  });
  const retention = new Retention({
    catalog,
    blocks,
    quota: () => nodeSettings.current.quota,
    onChange: () => {
      scheduler.runSoon(STORAGE_TASK, STORAGE_DEBOUNCE_MS);
    },
  });
  const ingest = new Ingest({
    catalog,
    log: loggers('records'),
    onChange: (id) => {
      changes.emit('packages', { id });
    },
  });
  closing.defer(() => {
    ingest.close();
  });
  const background = new Background(loggers('engine'));
  closing.defer(() => background.stop());
  return { ...core, traffic, seededContent, retention, ingest, background };
}

/** What calls use to find, draft, install and read packages. */
export interface RegistryParts extends Omit<ContentParts, 'background'> {
  /** Undefined while no node runs. */
  readonly network: () => Network | undefined;
  readonly settings: () => NodeSettings;
  readonly onChange: (id: string) => void;
  readonly background: Background['run'];
  readonly lookup: Lookup;
  readonly registrySearch: RegistrySearch;
  readonly drafts: Drafts;
  readonly plans: Plans;
  readonly installLocks: InstallLocks;
  readonly releaseReader: ReleaseReader;
}

export function composeRegistry(content: ContentParts, closing: ClosingStack): RegistryParts {
  const { catalog, changes, loggers, slot, nodeSettings, background } = content;
  const context = {
    ...content,
    network: () => slot.network,
    settings: () => nodeSettings.current,
    onChange: (id: string) => {
      changes.emit('packages', { id });
    },
    background: (label: string, work: (signal: AbortSignal) => Promise<unknown>) => {
      background.run(label, work);
    },
  };
  const lookup = new Lookup(context);
  const drafts = new Drafts();
  closing.defer(tolerant(loggers('engine'), () => drafts.discardAll()));
  const releaseReader = new ReleaseReader(context, lookup);
  closing.defer(() => {
    releaseReader.close();
  });
  return {
    ...context,
    lookup,
    registrySearch: new RegistrySearch(context),
    drafts,
    plans: new Plans(),
    installLocks: new InstallLocks(catalog.installs),
    releaseReader,
  };
}

/** All parts: a superset of what calls use. */
export interface EngineParts extends RegistryParts {
  readonly nodeLifecycle: NodeLifecycle;
  readonly peerStandings: PeerStandings;
}

export function composeNode(options: EngineOptions, registry: RegistryParts, closing: ClosingStack): EngineParts {
  const { enabledProtocols = ALL_RECORD_PROTOCOLS, transports, routingTable } = options;
  const { catalog, blocks, changes, ingest, scheduler, seededContent, slot, traffic, peerReputation, peerView } =
    registry;
  // Tasks use all of the above.
  closing.defer(() => scheduler.stop());
  const onPeersChanged = (): void => {
    changes.emit('peers', {});
  };
  const nodeParts = {
    ...registry,
    seededBlocks: new SeededBlockstore(blocks, (cid) => traffic.paused || seededContent.isHidden(cid)),
    sink: new ForkTracker(ingest, catalog, () => {
      changes.emit('forks', {});
    }),
    enabledProtocols: new Set(enabledProtocols),
    onPeersChanged,
    ...(transports === undefined ? {} : { transports }),
    ...(routingTable === undefined ? {} : { routingTable }),
  };
  const nodeLifecycle = new NodeLifecycle({
    ...registry,
    applySettings: (settings) => applySettings(registry, settings),
    startNode: (settings, bootstrap) => startNode(nodeParts, settings, bootstrap),
    onStatus: (status) => {
      changes.emit('node', status);
    },
    onPeersChanged,
  });
  closing.defer(() => nodeLifecycle.stop());
  return { ...registry, nodeLifecycle, peerStandings: new PeerStandings({ peerReputation, peerView, slot }) };
}

/** A closing step whose failure, such as a full disk, is logged: what it could not keep is lost either way. */
function tolerant(log: Logger, close: () => unknown): () => Promise<void> {
  return async () => {
    try {
      await close();
    } catch (error) {
      log.warn(`Some data could not be saved at shutdown: ${errorMessage(error)}`);
    }
  };
}
