import type { NodeSettings } from '../../shared/model.ts';
import type { Catalogue } from '../catalog/catalogue.ts';
import type { BlockFiles } from '../blocks/blocks.ts';
import type { LoggerFactory } from '../logging/log.ts';
import type { Network } from '../protocols/network.ts';
import type { Conduct } from '../reputation/conduct.ts';
import type { Tracing } from '../telemetry/telemetry.ts';
import type { Ingest } from '../ingest/ingest.ts';
import type { Retention } from '../retention/retention.ts';
import type { ServedContent } from '../retention/served-content.ts';

/** What the registry works with. The network comes and goes with the node; everything else lives as long as the engine. */
export interface RegistryContext {
  readonly dataDir: string;
  readonly version: string;
  readonly catalogue: Catalogue;
  readonly blocks: BlockFiles;
  readonly ingest: Ingest;
  /** What of the content is handed out. */
  readonly served: ServedContent;
  /** What must stay while something works with it: `hold(root)` returns the function that lets go. */
  readonly retention: Retention;
  readonly conduct: Conduct;
  readonly telemetry: Tracing;
  readonly loggers: LoggerFactory;
  /** The running node's paths; undefined while it does not run. */
  readonly network: () => Network | undefined;
  readonly settings: () => NodeSettings;
  readonly onChange: (id: string) => void;
  /** Run something that the caller need not wait for; the engine waits for it at its end, and ends it. */
  readonly background: (what: string, work: (signal: AbortSignal) => Promise<unknown>) => void;
}
