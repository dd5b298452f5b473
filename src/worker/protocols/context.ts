import type { Location } from '../../shared/model.ts';
import type { Catalogue } from '../catalog/catalogue.ts';
import type { Logger } from '../logging/log.ts';
import type { Scheduler } from '../maintenance/scheduler.ts';
import type { MarketplaceNode } from '../node/node.ts';
import type { Conduct } from '../reputation/conduct.ts';
import type { Tracing } from '../telemetry/telemetry.ts';
import type { BlockReader } from './car/walk.ts';
import type { Traffic } from './traffic.ts';

/** What came of a record that arrived. */
export interface TakeResult {
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
  take(envelope: Uint8Array): TakeResult;
  /** Many at once, without holding up the event loop; the results stand in the order of the records. */
  takeMany(envelopes: readonly Uint8Array[], signal?: AbortSignal): Promise<readonly TakeResult[]>;
}

/**
 * Whether a refusal proves that whoever sent the record did not verify it. A time that lies in the future here may not
 * lie there: clocks differ, and it may be ours that is wrong.
 */
export function isLie({ outcome, reason }: TakeResult): boolean {
  return outcome === 'refused' && reason !== 'from-the-future';
}

/** The ways on which records travel. Each works without the others, which tests prove by leaving the others out. */
export type Path = 'announce' | 'sync' | 'head' | 'keywords' | 'search';

export const ALL_PATHS: readonly Path[] = ['announce', 'sync', 'head', 'keywords', 'search'];

/** What the protocols work with while a node runs. */
export interface NetworkContext {
  readonly node: MarketplaceNode;
  readonly catalogue: Catalogue;
  readonly sink: RecordSink;
  /** What is handed out: undefined for what is not here, or not served. */
  readonly served: BlockReader;
  readonly traffic: Traffic;
  readonly conduct: Conduct;
  readonly telemetry: Tracing;
  readonly scheduler: Scheduler;
  readonly log: Logger;
  /** This node's place, rounded; absent unless the user told it. */
  readonly here: () => Location | undefined;
  /** The paths that are in use. */
  readonly paths: ReadonlySet<Path>;
  /** Fires when the node stops. */
  readonly stopped: AbortSignal;
}

/** Whether this node hands out the content of a package. */
export function serves(catalogue: Catalogue, publisher: string, name: string): boolean {
  return catalogue.serving.has(publisher, name);
}
