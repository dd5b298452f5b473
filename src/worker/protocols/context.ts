import type { Location } from '../../shared/model.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { Logger } from '../logging/logger.ts';
import type { Scheduler } from '../maintenance/scheduler.ts';
import type { MarketplaceNode } from '../node/node.ts';
import type { PeerReputation } from '../reputation/peer-reputation.ts';
import type { Tracing } from '../telemetry/telemetry.ts';
import type { SeededBlockReader } from './car/walk-wants.ts';
import type { Traffic } from './traffic.ts';

/** What came of a record that arrived. */
export interface IngestResult {
  /**
   * `new`: the package was not known. `newer`: it replaces what was known. `same` and `older`: nothing changed.
   * `refused`: it is not valid. `conflict`: validly signed, but it contradicts what the publisher signed before.
   */
  readonly outcome: 'new' | 'newer' | 'same' | 'older' | 'refused' | 'conflict';
  /** Present unless refused. */
  readonly publisher?: string;
  readonly name?: string;
  /** Why it was refused or is in conflict. */
  readonly reason?: string;
}

/**
 * The one door through which records enter, by whatever path they came: verified, compared with what is known, stored.
 */
export interface RecordSink {
  ingest(envelope: Uint8Array): IngestResult;
  /** Many at once, without holding up the event loop; the results stand in the order of the records. */
  ingestMany(envelopes: readonly Uint8Array[], signal?: AbortSignal): Promise<readonly IngestResult[]>;
}

/**
 * Whether a refusal proves that whoever sent the record did not verify it. A time that lies in the future here may not
 * lie there: clocks differ, and it may be ours that is wrong.
 */
export function isInvalidRecord({ outcome, reason }: IngestResult): boolean {
  return outcome === 'refused' && reason !== 'from-the-future';
}

/** The ways on which records travel. Each works without the others, which tests prove by leaving the others out. */
export type RecordProtocol = 'announce' | 'sync' | 'head' | 'keywords' | 'search';

export const ALL_RECORD_PROTOCOLS: readonly RecordProtocol[] = ['announce', 'sync', 'head', 'keywords', 'search'];

/** What the protocols work with while a node runs. */
export interface NetworkContext {
  readonly node: MarketplaceNode;
  readonly catalog: Catalog;
  readonly sink: RecordSink;
  /** What is handed out: undefined for what is not here, or not served. */
  readonly seededBlocks: SeededBlockReader;
  readonly traffic: Traffic;
  readonly peerReputation: PeerReputation;
  readonly telemetry: Tracing;
  readonly scheduler: Scheduler;
  readonly log: Logger;
  /** This node's place, rounded; absent unless the user told it. */
  readonly ownLocation: () => Location | undefined;
  /** The paths that are in use. */
  readonly enabledProtocols: ReadonlySet<RecordProtocol>;
  /** Fires when the node stops. */
  readonly stopped: AbortSignal;
}

/** Whether this node hands out the content of a package. */
export function isSeeding(catalog: Catalog, publisher: string, name: string): boolean {
  return catalog.seeding.has(publisher, name);
}
