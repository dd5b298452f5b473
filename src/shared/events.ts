import type { NodeStatus, PackageCounts, PeerSummary } from './model.ts';

/**
 * Events of the engine. All but log lines are snapshots of the whole state: a subscriber that missed some needs only
 * the newest. Versions only grow while the engine is open. Several changes within a fraction of a second make one
 * event.
 */
export interface EngineEvents {
  /** State of the node. */
  node: { readonly version: number; readonly status: NodeStatus };
  /** Connected peers, and known ones. */
  peers: { readonly version: number; readonly peers: readonly PeerSummary[] };
  /** Number of packages in each section; `listPackages` reads the lists. */
  packages: {
    readonly version: number;
    readonly counts: PackageCounts;
    /** Ids of the packages that changed since the previous event; empty when more than 100 did. */
    readonly changed: readonly string[];
  };
  /** Ids of own packages with a fork that is not merged yet. */
  forks: { readonly version: number; readonly ids: readonly string[] };
  /** One log line. */
  log: { readonly version: number; readonly line: LogLine };
}

/** Name of an event. */
export type EventName = keyof EngineEvents;

/** Names of all events, complete by the compiler. */
export const EVENT_NAMES = Object.keys({
  node: 0,
  peers: 0,
  packages: 0,
  forks: 0,
  log: 0,
} satisfies Record<EventName, 0>) as readonly EventName[];

/** Events whose newest one is delivered to a new subscriber at once. */
export const SNAPSHOT_EVENTS: readonly EventName[] = ['node', 'peers', 'packages', 'forks'];

export interface LogLine {
  readonly level: 'error' | 'warn' | 'info' | 'debug' | 'trace';
  /** Part of the engine that logs, for example `announce`. */
  readonly scope: string;
  readonly message: string;
  /** Milliseconds since the epoch. */
  readonly time: number;
}
