/**
 * The data that crosses the boundary between the engine and its callers.
 *
 * Everything here is plain: strings, numbers, booleans, `Uint8Array`, arrays and objects of those. Times are
 * milliseconds since the Unix epoch, sizes are bytes, content identifiers (CIDs) are their text form.
 */

/** Where a project's manifest came from. The first five are ggen's, in the order in which ggen introduced them. */
export type ManifestKind =
  | 'gpack' // A: gpack.toml with [gpack]
  | 'gpack-package' // B: gpack.toml with [package]
  | 'gpack-flat' // C: gpack.toml with flat root keys
  | 'package-toml' // D: package.toml with [package]
  | 'pack-toml' // E: pack.toml with [pack]
  | 'npm' // package.json
  | 'cargo' // Cargo.toml
  | 'python'; // pyproject.toml

/** What a package says of itself; signed by its publisher. Absent optional texts are left out, never empty. */
export interface PackageMetadata {
  readonly title: string;
  readonly description: string;
  readonly categories: readonly string[];
  readonly tags: readonly string[];
  /** SPDX expression as written in the manifest; empty when the manifest names none. */
  readonly license: string;
  readonly authors: readonly string[];
  readonly homepage?: string;
  readonly repository?: string;
  readonly documentation?: string;
}

/** A dependency as the manifest wrote it. `id` is `name` or `publisher/name`. */
export interface Dependency {
  readonly id: string;
  /** A semver range, for example `^1.2`. */
  readonly requirement: string;
  readonly optional: boolean;
}

/** One version of a package. */
export interface Release {
  /** Full semver 2.0, pre-release and build metadata allowed. */
  readonly version: string;
  /** CID of the UnixFS directory that holds the release's files. */
  readonly root: string;
  /** Sum of the files' sizes in bytes. */
  readonly size: number;
  readonly files: number;
  readonly kind: ManifestKind;
  readonly readme?: string;
  readonly changelog?: string;
  readonly dependencies: readonly Dependency[];
  readonly published: number;
  /** Withdrawn by its publisher: not to be installed, never deleted. */
  readonly yanked: boolean;
}

/** What lists and search results show of a package. */
export interface PackageSummary {
  /** `publisher/name`. */
  readonly id: string;
  readonly publisher: string;
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly license: string;
  readonly categories: readonly string[];
  readonly tags: readonly string[];
  /** Newest stable version that is not yanked, or the newest pre-release where there is no stable one; absent when all are yanked. */
  readonly latest?: string;
  /** Number of releases, yanked ones included. */
  readonly versions: number;
  /** Size in bytes of the latest release. */
  readonly size: number;
  readonly updated: number;
  /** Signed by a publisher key that has published from this machine. */
  readonly published: boolean;
  /** Versions installed on this machine, wherever they stand. */
  readonly installed: readonly string[];
  /** Distinct peers known to serve its content, this node not counted. */
  readonly providers: number;
  /** The publisher was caught signing two different contents for one version; the first one seen is kept. */
  readonly equivocation: boolean;
}

/** A package with everything its record says. */
export interface PackageDetails extends PackageSummary {
  readonly metadata: PackageMetadata;
  /** Ascending by semver precedence. */
  readonly releases: readonly Release[];
  /** Sequence number of the record that this was read from. */
  readonly seq: number;
}

/** One release, found by exact version or range. */
export interface ReleaseDetails {
  readonly id: string;
  readonly publisher: string;
  readonly name: string;
  readonly metadata: PackageMetadata;
  readonly release: Release;
}

/** Orders of a search. `updated`: last changed first; `providers`: served by most peers first; `name`: ascending. */
export type SearchSort = 'relevance' | 'updated' | 'name' | 'providers';

/**
 * What the user asked for. An empty text matches everything. Each filter lets through what has any of its values; all
 * filters must let a package through. Letter case does not matter, except in publisher ids.
 */
export interface SearchQuery {
  readonly text: string;
  /** At most 5. */
  readonly categories?: readonly string[];
  /** At most 10. */
  readonly tags?: readonly string[];
  /** Publisher ids, at most 10. */
  readonly publishers?: readonly string[];
  /** Licences as SPDX names them, at most 10. A package under `MIT OR Apache-2.0` has both. */
  readonly licenses?: readonly string[];
  /** A semver range: packages with a release in it, withdrawn releases counted only with `includeYanked`. */
  readonly version?: string;
  /**
   * 0 to 1: packages that this node publishes, or of which a known provider's reputation is at least this. The
   * judgement is this node's own and is not sent to peers.
   */
  readonly minReputation?: number;
  /** Also packages all of whose releases are withdrawn; left out otherwise. */
  readonly includeYanked?: boolean;
  /** `relevance` when left out; with an empty text that is `updated`. */
  readonly sort?: SearchSort;
  /** 1 to 100; 20 when left out. */
  readonly limit?: number;
  readonly offset?: number;
  /** `local` asks nobody else. `network`, the default, also fans out to peers. */
  readonly scope?: 'local' | 'network';
}

export interface FacetCount {
  /** In lower case, except publisher ids: what to filter by. */
  readonly value: string;
  readonly count: number;
}

/** What the packages found have in common, the most frequent first, at most 10 of each. */
export interface SearchFacets {
  readonly categories: readonly FacetCount[];
  readonly tags: readonly FacetCount[];
  readonly licenses: readonly FacetCount[];
  readonly publishers: readonly FacetCount[];
  /** Everything that matches was counted. Otherwise only the best few hundred matches. */
  readonly exact: boolean;
}

/** A peer that a search asked. */
export interface SearchPeer {
  readonly id: string;
  /** `failed`: it was late, or what it sent was wrong. */
  readonly state: 'asked' | 'answered' | 'failed';
  /** Verified records that it has sent so far. */
  readonly records: number;
}

/** The ranked answer so far: each update replaces the one before it. */
export interface SearchResults {
  readonly packages: readonly PackageSummary[];
  /** How many of `packages` were in the catalogue before anybody was asked. */
  readonly localCount: number;
  readonly remoteCount: number;
  readonly peersAsked: number;
  readonly peersAnswered: number;
  /** Each peer that was asked, and how far it has come. */
  readonly peers?: readonly SearchPeer[];
  readonly facets?: SearchFacets;
  /** Milliseconds since the question was put. */
  readonly elapsed: number;
}

/** What a manifest, a file or a setting is faulted for, and where. Line and column count from 1. */
export interface Diagnostic {
  readonly severity: 'error' | 'warning' | 'information';
  /** Stable short code, for example `manifest-name-missing`. */
  readonly code: string;
  readonly message: string;
  /** Path relative to the project's root, with forward slashes. */
  readonly path: string;
  readonly line?: number;
  readonly column?: number;
}

export interface DraftFile {
  /** Relative to the project's root, with forward slashes. */
  readonly path: string;
  readonly size: number;
}

/** Bytes for the publisher to sign, and the handle under which the signature is handed in. */
export interface UnsignedDraft {
  readonly draft: string;
  /** `publisher/name`. */
  readonly id: string;
  readonly version: string;
  /** Exactly what the publisher key signs (Ed25519, no pre-hash). */
  readonly bytesToSign: Uint8Array;
}

/** A release that is packed and imported, but neither signed nor visible to anyone. */
export interface ReleaseDraft extends UnsignedDraft {
  readonly publisher: string;
  readonly name: string;
  /** Newest version of this package known here before, if any. */
  readonly previous?: string;
  readonly kind: ManifestKind;
  /** The manifest, relative to the root. */
  readonly manifest: string;
  readonly metadata: PackageMetadata;
  readonly dependencies: readonly Dependency[];
  /** Sorted by path. */
  readonly files: readonly DraftFile[];
  readonly size: number;
  readonly root: string;
  /** What was left out that one may have expected inside (symbolic links, special files), with the reason. */
  readonly skipped: readonly { readonly path: string; readonly reason: string }[];
  readonly diagnostics: readonly Diagnostic[];
}

export interface PublishReceipt {
  readonly id: string;
  readonly version: string;
  readonly root: string;
  readonly seq: number;
  /** Peers to which the announcement was handed directly. */
  readonly announcedTo: number;
  /** Peers that acknowledged storing the head in the DHT. */
  readonly dhtStored: number;
}

export interface InstalledPackage {
  readonly id: string;
  readonly publisher: string;
  readonly name: string;
  readonly version: string;
  readonly root: string;
  /** Absolute path of the folder that holds the package's files. */
  readonly path: string;
  readonly files: number;
  readonly size: number;
  readonly installedAt: number;
}

/**
 * How this node stands to a peer. `ignored`: its score is too low, it is not asked. `banned`: no connection, nothing taken.
 */
export type PeerStanding = 'normal' | 'trusted' | 'ignored' | 'banned';

/** The terms of a peer's score; they add up to it, before the cut at 1. ggen's formula, see `src/worker/reputation`. */
export interface ReputationParts {
  /** 0 to 0.5. */
  readonly success: number;
  /** 0 to 0.25. */
  readonly responseTime: number;
  /** 0 to 0.15. */
  readonly availability: number;
  /** 0 to 0.1. */
  readonly recency: number;
  /** 0 to 0.1; 0 unless both places are known. */
  readonly proximity: number;
}

export interface PeerSummary {
  readonly id: string;
  /** As the peer claims it in identify; empty when it claims none. */
  readonly name: string;
  /** Multiaddr of the connection, or the last known one. */
  readonly address: string;
  readonly connected: boolean;
  readonly direction?: 'inbound' | 'outbound';
  /** When the present connection was opened. */
  readonly since?: number;
  /** Round-trip time in milliseconds, from the last ping. */
  readonly rtt?: number;
  /** 0 to 1; ggen's formula, see `src/worker/reputation`. */
  readonly reputation: number;
  /** Distinct packages that this peer says it serves. */
  readonly packages: number;
  readonly standing: PeerStanding;
  /** Why, in words for the user; absent when `standing` is `normal`. */
  readonly standingReason?: string;
  /** When an automatic ban ends; absent when it does not end by itself. */
  readonly standingUntil?: number;
}

export interface PeerDetails extends PeerSummary {
  readonly agent: string;
  readonly protocols: readonly string[];
  readonly addresses: readonly string[];
  readonly successes: number;
  readonly failures: number;
  /** Running average in milliseconds; absent before the first sample. */
  readonly averageResponse?: number;
  /** Bytes per second of its last transfers; absent before the first. */
  readonly throughput?: number;
  readonly lastSeen?: number;
  readonly provides: readonly string[];
  /** Distinct packages of which it sent content that was verified: what its score counts. */
  readonly verifiedPackages: number;
  /** Why `reputation` is what it is. */
  readonly reputationParts: ReputationParts;
  /** Where it says that it is, to 0.1 degree; absent when it says nothing. */
  readonly location?: Location;
}

/** A place on Earth in degrees, as coarse as its owner tells it. */
export interface Location {
  readonly latitude: number;
  readonly longitude: number;
  readonly region?: string;
}

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
  /** Told to peers, rounded to 0.1 degree, so that near ones are preferred. Nothing is told when it is left out. */
  readonly location?: Location;
}

export type NodeState = 'stopped' | 'starting' | 'running' | 'stopping' | 'failed';

export interface NodeStatus {
  readonly state: NodeState;
  readonly peerId?: string;
  /** Multiaddrs under which other peers reach this node. */
  readonly addresses: readonly string[];
  readonly startedAt?: number;
  /** Why the state is `failed`, in words for the user. */
  readonly error?: string;
}

export interface EngineStatus {
  readonly version: string;
  readonly node: NodeStatus;
  readonly settings?: NodeSettings;
  readonly dataDir: string;
  readonly connectedPeers: number;
  readonly routingTableSize: number;
  readonly topicPeers: number;
  readonly counts: PackageCounts;
  /** Resident memory of the process, in bytes. */
  readonly memory: number;
  /** Bootstrap peers and what came of dialling each. */
  readonly bootstrap: readonly BootstrapResult[];
  /** The engine's upkeep: those of the node only while it runs. */
  readonly tasks: readonly TaskStatus[];
  /** The catalogue was damaged once and began anew; absent when that never happened. */
  readonly rebuilt?: { readonly at: number; readonly setAside: string; readonly reason: string };
}

/** A task of the engine's own upkeep, as it stands. */
export interface TaskStatus {
  /** Stable short name, for example `put-heads`. */
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

export interface PackageCounts {
  readonly published: number;
  readonly installed: number;
  /** Packages known from other publishers. */
  readonly network: number;
}

export type PackageSection = 'published' | 'installed' | 'network';

export interface PackagePage {
  readonly packages: readonly PackageSummary[];
  readonly total: number;
}

/** What a registry tells of itself (the eighth Registry method). */
export interface RegistryMetadata {
  readonly name: string;
  readonly description: string;
  readonly version: string;
  readonly packageCount: number;
  readonly apiVersion: string;
  readonly features: readonly string[];
}
