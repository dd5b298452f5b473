import type { NodeStatus, PackageCounts, PeerSummary } from './model.ts';

/**
 * Events of the engine. Each is a snapshot with a version that only grows while the engine lives: a listener that
 * missed some needs only the newest. Log lines are the exception: each stands for itself.
 */
export interface EngineEvents {
  node: { readonly version: number; readonly status: NodeStatus };
  peers: { readonly version: number; readonly peers: readonly PeerSummary[] };
  /** The lists themselves are read page by page with `listPackages`. */
  packages: {
    readonly version: number;
    readonly counts: PackageCounts;
    /** Ids of packages that changed since the version before; empty when too many did. */
    readonly changed: readonly string[];
  };
  /** Own packages that two machines with one publisher key published apart, and that nobody has united yet. */
  forks: { readonly version: number; readonly ids: readonly string[] };
  log: { readonly version: number; readonly line: LogLine };
}

export type EventName = keyof EngineEvents;

export const EVENT_NAMES = Object.keys({
  node: 0,
  peers: 0,
  packages: 0,
  forks: 0,
  log: 0,
} satisfies Record<EventName, 0>) as readonly EventName[];

/** Events of which a new subscriber gets the newest one at once. */
export const SNAPSHOT_EVENTS: readonly EventName[] = ['node', 'peers', 'packages', 'forks'];

export interface LogLine {
  readonly level: 'error' | 'warn' | 'info' | 'debug' | 'trace';
  /** The room of the engine that speaks, for example `announce`. */
  readonly scope: string;
  readonly message: string;
  readonly time: number;
}
