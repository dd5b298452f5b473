import type { NodeSettings } from '../../shared/model.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { BlockStore } from '../blocks/block-store.ts';
import type { LoggerFactory } from '../logging/logger.ts';
import type { Network } from '../protocols/network.ts';
import type { PeerReputation } from '../reputation/peer-reputation.ts';
import type { Tracing } from '../telemetry/telemetry.ts';
import type { Ingest } from '../ingest/ingest.ts';
import type { Retention } from '../retention/retention.ts';
import type { SeededContent } from '../retention/seeded-content.ts';

/** What the registry works with. The network comes and goes with the node; everything else lives as long as the engine. */
export interface RegistryContext {
  readonly dataDir: string;
  readonly version: string;
  readonly catalog: Catalog;
  readonly blocks: BlockStore;
  readonly ingest: Ingest;
  /** What of the content is handed out. */
  readonly seededContent: SeededContent;
  /** What must stay while something works with it: `hold(root)` returns the function that lets go. */
  readonly retention: Retention;
  readonly peerReputation: PeerReputation;
  readonly telemetry: Tracing;
  readonly loggers: LoggerFactory;
  /** The running node's paths; undefined while it does not run. */
  readonly network: () => Network | undefined;
  readonly settings: () => NodeSettings;
  readonly onChange: (id: string) => void;
  /** Run something that the caller need not wait for; the engine waits for it at its end, and ends it. */
  readonly background: (label: string, work: (signal: AbortSignal) => Promise<unknown>) => void;
}
