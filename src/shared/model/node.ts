import type { PackageCounts } from './package.ts';
import type { Location } from './peer.ts';
import type { StorageUsage } from './storage.ts';

// The node of this machine: its settings and how it stands.

export interface NodeSettings {
  /** Multiaddrs to listen on, for example `/ip4/0.0.0.0/tcp/0`. */
  readonly listen: readonly string[];
  /** Multiaddrs of peers to join, each ending in `/p2p/<peer id>`. */
  readonly bootstrap: readonly string[];
  readonly dhtMode: 'server' | 'client';
  /** How many peers a search asks, 1 to 10. */
  readonly fanOut: number;
  /** Bound on one network question, in milliseconds. */
  readonly timeout: number;
  /** Name this peer claims to others; empty for none. */
  readonly name: string;
  /** Bytes that stored packages may take. What is published, installed or kept here stays even beyond it. */
  readonly quota: number;
  /** Told to peers, rounded to 0.1 degree, so that near ones are preferred. Nothing is told when it is left out. */
  readonly location?: Location;
  readonly transfers: TransferSettings;
  /**
   * Where traces and metrics are sent: base URL of OTLP over HTTP. Empty or left out: where OTEL_EXPORTER_OTLP_ENDPOINT says,
   * and nowhere without it.
   */
  readonly otlpEndpoint?: string;
}

/** How much of packages may come and go. Limits hold for all peers together; 0 is no limit. */
export interface TransferSettings {
  /** Hand out what was installed, not only what was published here. */
  readonly seedInstalled: boolean;
  /** Bytes per second. */
  readonly uploadRate: number;
  readonly downloadRate: number;
  /** Bytes per day (UTC). */
  readonly uploadPerDay: number;
  readonly downloadPerDay: number;
  /** Answers that one peer may be given at the same time, 1 to 16. */
  readonly transfersPerPeer: number;
  /** Let the limits hold for peers on private addresses too. */
  readonly limitLocalNetwork: boolean;
}

/** What of packages comes and goes. */
export interface TransferStatus {
  /** The user paused handing out. */
  readonly paused: boolean;
  /** Bytes of today (UTC), as far as limits count them. */
  readonly uploadedToday: number;
  readonly downloadedToday: number;
}

export type NodeState = 'stopped' | 'starting' | 'running' | 'stopping' | 'failed';

export interface NodeStatus {
  readonly state: NodeState;
  readonly peerId?: string;
  /** Multiaddrs under which other peers reach this node. */
  readonly addresses: readonly string[];
  readonly startedAt?: number;
  /** The user paused handing out content; absent otherwise. */
  readonly seedingPaused?: boolean;
  /** Why the state is `failed`, in words for the user. */
  readonly error?: string;
}

export interface EngineStatus {
  readonly version: string;
  readonly node: NodeStatus;
  /** Of the running node, else those of its last start in this data folder; absent when it was never started. */
  readonly settings?: NodeSettings;
  readonly dataDir: string;
  /** Which process runs the node: this one or another, and how many other windows and commands share it. */
  readonly owner?: {
    readonly self: boolean;
    readonly pid: number;
    readonly version: string;
    readonly clients?: number;
  };
  readonly connectedPeers: number;
  readonly routingTableSize: number;
  readonly topicPeers: number;
  readonly counts: PackageCounts;
  /** Resident memory of the process, in bytes. */
  readonly memory: number;
  /** Bootstrap peers and what came of dialing each. */
  readonly bootstrap: readonly BootstrapResult[];
  readonly storage: StorageUsage;
  /** The engine's upkeep: those of the node only while it runs. */
  readonly tasks: readonly TaskStatus[];
  readonly transfers: TransferStatus;
  /** The catalog was damaged once and began anew; absent when that never happened. */
  readonly rebuilt?: { readonly at: number; readonly setAside: string; readonly reason: string };
}

/** A task of the engine's own upkeep, as it stands. */
export interface TaskStatus {
  /** Stable short name, for example `republish-heads`. */
  readonly name: string;
  /** What it does, in words for the user. */
  readonly title: string;
  readonly running: boolean;
  /** When its last run began; absent before the first. */
  readonly lastRun?: number;
  /** Milliseconds that the last finished run took. */
  readonly duration?: number;
  readonly result?: 'ok' | 'failed' | 'timed-out';
  /** What the last finished run did, or why it failed. */
  readonly detail?: string;
  /** When it runs next. */
  readonly next?: number;
}

export interface BootstrapResult {
  readonly address: string;
  readonly state: 'pending' | 'connected' | 'failed';
  readonly error?: string;
}
