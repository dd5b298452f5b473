import type { PackageCounts } from './package.ts';
import type { NodeSettings } from '../settings/node-settings.ts';
import type { StorageUsage } from './storage.ts';

// The node of this machine: its settings and its state.

export type { NodeSettings, TransferSettings } from '../settings/node-settings.ts';

/** Transfers of content. */
export interface TransferStatus {
  /** Whether seeding is paused. */
  readonly paused: boolean;
  /** Bytes of today (UTC) that count towards the limits. */
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
  /** Set while seeding is paused. */
  readonly seedingPaused?: boolean;
  /** Why the state is `failed`, in words for the user. */
  readonly error?: string;
}

export interface EngineStatus {
  readonly version: string;
  readonly node: NodeStatus;
  /** Settings of the running node, or of its last start in this data folder; absent when it was never started. */
  readonly settings?: NodeSettings;
  /** Absolute path of the data folder. */
  readonly dataDir: string;
  /** The process that runs the engine: whether it is this one, and how many other processes are attached to it. */
  readonly owner?: {
    readonly self: boolean;
    readonly pid: number;
    readonly version: string;
    readonly clients?: number;
  };
  readonly connectedPeers: number;
  /** Peers in the DHT's routing table. */
  readonly routingTableSize: number;
  /** Connected peers that subscribe to announcements. */
  readonly topicPeers: number;
  /** Absent until a connected peer told its time. */
  readonly clock?: ClockComparison;
  readonly counts: PackageCounts;
  /** Resident memory of the process, in bytes. */
  readonly memory: number;
  /** Bootstrap peers, each with the result of its last dial. */
  readonly bootstrap: readonly BootstrapResult[];
  readonly storage: StorageUsage;
  /** Background tasks; those of the node only while it runs. */
  readonly tasks: readonly TaskStatus[];
  readonly transfers: TransferStatus;
  /** Absent while no telemetry is sent. */
  readonly telemetry?: TelemetryStatus;
  /** When a damaged catalog was set aside and rebuilt, where it is, and why; absent when that never happened. */
  readonly rebuilt?: { readonly at: number; readonly setAside: string; readonly reason: string };
}

/** This machine's clock compared with those of connected peers. */
export interface ClockComparison {
  /** Milliseconds by which this machine's clock is ahead of the peers' median; negative when it is behind. */
  readonly ahead: number;
  /** Number of peers compared with. */
  readonly peers: number;
}

/** Where traces and metrics are sent. */
export interface TelemetryStatus {
  /** Base URL of the OTLP endpoint. */
  readonly endpoint: string;
  /** When something was last delivered; absent before that. */
  readonly sentAt?: number;
  /** Why the last delivery failed, in words for the user; absent when it did not. */
  readonly error?: string;
}

/** State of a background task. */
export interface TaskStatus {
  /** Stable short name, for example `republish-heads`. */
  readonly name: string;
  /** What it does, in words for the user. */
  readonly title: string;
  readonly running: boolean;
  /** Start of its last run; absent before the first. */
  readonly lastRun?: number;
  /** Milliseconds of the last finished run. */
  readonly duration?: number;
  readonly result?: 'ok' | 'failed' | 'timed-out';
  /** What the last finished run did, or why it failed, in words for the user. */
  readonly detail?: string;
  /** Start of its next run; absent while none is planned. */
  readonly next?: number;
}

/** A bootstrap peer and the result of its last dial. */
export interface BootstrapResult {
  /** The multiaddr that was given. */
  readonly address: string;
  readonly state: 'pending' | 'connected' | 'failed';
  /** Why the dial failed, in words for the user. */
  readonly error?: string;
}
