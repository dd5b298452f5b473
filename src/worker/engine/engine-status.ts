import type { ClockComparison, EngineStatus } from '../../shared/model.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { Scheduler } from '../maintenance/scheduler.ts';
import type { Traffic } from '../protocols/shared/traffic.ts';
import type { Retention } from '../retention/retention.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import type { NodeLifecycle } from './node-lifecycle.ts';
import type { NodeSettingsStore } from './node-settings-store.ts';

export interface EngineStatusParts {
  readonly dataDir: string;
  readonly version: string;
  readonly catalog: Pick<Catalog, 'db' | 'packages'>;
  readonly clock: () => ClockComparison | undefined;
  readonly nodeLifecycle: Pick<NodeLifecycle, 'status' | 'networkStatus'>;
  readonly nodeSettings: Pick<NodeSettingsStore, 'saved'>;
  readonly retention: Pick<Retention, 'usage'>;
  readonly scheduler: Pick<Scheduler, 'status'>;
  readonly traffic: Pick<Traffic, 'status'>;
  readonly telemetry: Pick<Telemetry, 'status'>;
}

/** The state of the engine at this moment. */
export function engineStatus(parts: EngineStatusParts): EngineStatus {
  const clock = parts.clock();
  const telemetry = parts.telemetry.status();
  const { dataDir, version, catalog, nodeLifecycle, nodeSettings, retention, scheduler, traffic } = parts;
  return {
    version,
    node: nodeLifecycle.status(),
    dataDir,
    counts: catalog.packages.counts(),
    memory: process.memoryUsage.rss(),
    tasks: scheduler.status(),
    storage: retention.usage(),
    transfers: traffic.status(),
    ...(clock === undefined ? {} : { clock }),
    ...(telemetry === undefined ? {} : { telemetry }),
    ...nodeLifecycle.networkStatus(),
    ...(nodeSettings.saved === undefined ? {} : { settings: nodeSettings.saved }),
    ...(catalog.db.rebuilt === undefined ? {} : { rebuilt: catalog.db.rebuilt }),
  };
}
