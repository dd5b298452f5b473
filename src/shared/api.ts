import type { EngineEvents } from './events.ts';
import type {
  CleanUpReport,
  ArchiveReceipt,
  EngineStatus,
  InstallPlan,
  InstalledPackage,
  KeptRelease,
  InstallationCheck,
  MetricsSnapshot,
  NodeSettings,
  NodeStatus,
  PackageDetails,
  PackagePage,
  PackageSection,
  PeerDetails,
  PeerSummary,
  Provider,
  PlanMode,
  ProjectLimits,
  PublishReceipt,
  RegistryMetadata,
  Release,
  ReleaseBytes,
  ReleaseComparison,
  ReleaseDetails,
  ReleaseDraft,
  ReleaseFiles,
  ReleaseFolder,
  ReleaseStat,
  SearchQuery,
  SearchResults,
  TransferStatus,
  StorageReport,
  UnsignedDraft,
  BootstrapResult,
} from './model.ts';

/** How far packing a project has come. */
export interface DraftProgress {
  readonly phase: 'scan' | 'import';
  readonly files: number;
  readonly bytes: number;
  /** Known once the scan is over. */
  readonly totalFiles?: number;
  readonly totalBytes?: number;
}

/** How far an installation has come. */
export interface InstallProgress {
  readonly phase: 'resolve' | 'fetch' | 'write' | 'verify';
  readonly files: number;
  readonly bytes: number;
  readonly totalFiles?: number;
  readonly totalBytes?: number;
}

/** Bytes that cleaning up has removed so far. */
export interface CleanUpProgress {
  readonly bytes: number;
}

/** How far looking at the stored blocks has come. */
export interface VerifyProgress {
  readonly phase: 'check' | 'repair';
  readonly blocks: number;
  readonly bytes: number;
  readonly totalBlocks: number;
  readonly totalBytes: number;
  /** Package that is being repaired. */
  readonly id?: string;
}

/**
 * Every call of the engine: its request, its response, and the progress that it reports on the way.
 *
 * This one table types the in-process engine, the remote one, the sample table of the boundary tests and the dispatch
 * on the far side. A call takes exactly one plain object, so that nothing else ever has to cross.
 */
export interface Calls {
  /** Start the node with these settings. Running already with equal settings: nothing happens. With others: restarts. */
  startNode: Call<NodeSettings, NodeStatus>;
  stopNode: Call<Empty, NodeStatus>;
  status: Call<Empty, EngineStatus>;
  /** What the process that runs the node counted and measured since it opened its data folder. */
  metrics: Call<Empty, MetricsSnapshot>;
  /** Connected peers, and known ones that are away. */
  peers: Call<{ readonly connectedOnly?: boolean }, readonly PeerSummary[]>;
  peer: Call<{ readonly id: string }, PeerDetails>;
  /** Dial a bootstrap peer now; it is also asked again after every restart of the node within this session. */
  bootstrap: Call<{ readonly address: string }, BootstrapResult>;
  /**
   * Have nothing to do with a peer: its connections are closed, it can neither connect nor be dialed, and no record is
   * taken from it. Until `until` (milliseconds since the epoch), or until it is lifted.
   */
  banPeer: Call<{ readonly id: string; readonly reason?: string; readonly until?: number }, PeerDetails>;
  /** Lift a ban, whoever made it. The peer begins without new offenses; its score stays. */
  unbanPeer: Call<{ readonly id: string }, PeerDetails>;
  /** Hand out no content until that is taken back; kept across restarts. Fetching goes on. */
  pauseSeeding: Call<{ readonly paused: boolean }, TransferStatus>;
  /** Prefer a peer in everything and never ban it automatically, or take that back. Lifts a ban. */
  trustPeer: Call<{ readonly id: string; readonly trusted: boolean }, PeerDetails>;

  // The Registry, eight methods. Publish and delete take what a draft* call prepared, with the publisher's signature.
  search: Call<SearchQuery, SearchResults, SearchResults>;
  /** Newest record of a package, from here or the network. `id` is `publisher/name`, or `name` where unambiguous. */
  getPackage: Call<{ readonly id: string }, PackageDetails>;
  /** `version` is exact or a semver range; the highest match that is not yanked. An exact version may be yanked. */
  getPackageVersion: Call<{ readonly id: string; readonly version: string }, ReleaseDetails>;
  /**
   * Peers known to serve a package, best reputation first; this node is not among them. With a version, those that the DHT
   * names for exactly that release. `id` is `publisher/name`.
   */
  providers: Call<{ readonly id: string; readonly version?: string }, readonly Provider[]>;
  /** Ascending by semver precedence, yanked ones marked. */
  listVersions: Call<{ readonly id: string }, readonly Release[]>;
  publish: Call<SignedDraft, PublishReceipt>;
  delete: Call<SignedDraft, PublishReceipt>;
  exists: Call<{ readonly id: string; readonly version?: string }, boolean>;
  metadata: Call<Empty, RegistryMetadata>;

  /** Read, pack and import a project without showing it to anyone. */
  draftRelease: Call<DraftRequest, ReleaseDraft, DraftProgress>;
  /** Prepare the record that marks a version as yanked, or as good again. */
  draftYank: Call<
    { readonly id: string; readonly version: string; readonly yanked: boolean; readonly publisher: string },
    UnsignedDraft
  >;
  /**
   * Prepare the record that unites what two machines with one publisher key signed apart, as the event `forks` tells of it.
   * It says nothing new. `publish` takes it.
   */
  draftMerge: Call<{ readonly id: string; readonly publisher: string }, UnsignedDraft>;
  discardDraft: Call<{ readonly draft: string }, void>;

  // Reading before downloading. A release is `publisher/name@version` (or what else names one), or its content root.
  // Blocks are fetched as they are needed. Paths are relative, with forward slashes; '' is the root.
  readFolder: Call<{ readonly release: string; readonly path: string }, ReleaseFolder>;
  statFile: Call<{ readonly release: string; readonly path: string }, ReleaseStat>;
  /** From `offset` (0 when left out) at most `length` bytes, and never more than `READ_BYTES`: ask again for the rest. */
  readFile: Call<
    { readonly release: string; readonly path: string; readonly offset?: number; readonly length?: number },
    ReleaseBytes
  >;
  listFiles: Call<{ readonly release: string }, ReleaseFiles>;
  /** What `to` changed in `from`, without the content of any file. */
  compareReleases: Call<{ readonly from: string; readonly to: string }, ReleaseComparison>;

  listPackages: Call<
    { readonly section: PackageSection; readonly offset?: number; readonly limit?: number },
    PackagePage
  >;
  /** Install one release without its dependencies, outside of any project. */
  install: Call<InstallRequest, InstalledPackage, InstallProgress>;
  installed: Call<Empty, readonly InstalledPackage[]>;
  /** Find out what it takes to bring a project's packages to a wanted state. Nothing is fetched or written. */
  planInstall: Call<PlanRequest, InstallPlan>;
  /** Do exactly what a plan says, all of it or nothing. Returns what the project has then. */
  applyPlan: Call<
    { readonly plan: string; readonly overwrite?: readonly string[] },
    readonly InstalledPackage[],
    InstallProgress
  >;
  /**
   * Remove an installed package: the folder at this absolute path. Files that are not of the package stay. A package of a
   * project is removed by a plan.
   */
  uninstall: Call<{ readonly path: string; readonly overwrite?: readonly string[] }, void>;
  /** Compare every file of an installed package, at this absolute path, with its release. */
  verifyInstalled: Call<{ readonly path: string }, InstallationCheck, InstallProgress>;
  /** Write a release with its record to one file; it is fetched first where it is not here. */
  exportPackage: Call<
    { readonly id: string; readonly version?: string; readonly to: string },
    ArchiveReceipt,
    InstallProgress
  >;
  /** Take a release with its record out of a file, every byte verified. It can be installed without a network then. */
  importPackage: Call<{ readonly from: string }, ArchiveReceipt, InstallProgress>;
  /**
   * Serve a package's content to nobody any more. The files stay here, and its record goes on travelling. Publishing or
   * installing the package again serves it again.
   */
  stopSeeding: Call<{ readonly id: string }, void>;

  /** Fetch a release and keep it here without installing it; the latest when no version is given. */
  keep: Call<{ readonly id: string; readonly version?: string }, KeptRelease, InstallProgress>;
  /** Keep a release, or all kept ones of a package, no longer: its blocks go when their space is needed. */
  unkeep: Call<{ readonly id: string; readonly version?: string }, void>;
  kept: Call<Empty, readonly KeptRelease[]>;
  /** Remove all stored blocks of what is neither published, installed nor kept here, nor in use. */
  cleanUpStorage: Call<Empty, CleanUpReport, CleanUpProgress>;
  /** Hash all stored blocks, and fetch again what is damaged of what is published, installed or kept here. */
  verifyStorage: Call<Empty, StorageReport, VerifyProgress>;
}

export interface DraftRequest {
  /** Absolute path of the project's folder. */
  readonly root: string;
  /** Manifest to read, relative to the root; the first that exists in the order of `ManifestKind` when left out. */
  readonly manifest?: string;
  /** Publisher id in whose namespace to publish. */
  readonly publisher: string;
  /** Lower limits than those that every peer enforces. */
  readonly limits?: ProjectLimits;
}

export interface SignedDraft {
  readonly draft: string;
  /** 64 bytes, Ed25519 over `bytesToSign`. */
  readonly signature: Uint8Array;
  /** Fingerprints of the diagnostics that the publisher saw and accepts: of every secret in the draft. */
  readonly accepted?: readonly string[];
}

export interface InstallRequest {
  readonly id: string;
  /** Exact version or range; the latest when left out. */
  readonly version?: string;
  /** Absolute path of the folder that shall hold the package's files. It must not exist, or be empty. */
  readonly to: string;
  /**
   * The folder holds an installation of this package, which is exchanged for this release. The user's own files stay. For a
   * package of a project, only its own version: that restores what was changed.
   */
  readonly replace?: boolean;
  /** Absolute paths of changed files that the user gave up, as `FilesChanged` names them; `*` for all of them. */
  readonly overwrite?: readonly string[];
}

export interface PlanRequest {
  /** Absolute path of the folder that holds the lock file. */
  readonly project: string;
  readonly mode: PlanMode;
  /**
   * `add`, `update`: each `publisher/name` or `name`, with `@` and a version or range where a certain one is wanted; none for
   * `update` means all; what only other packages need is updated within what they need. `remove`: ids. `lock`: none.
   */
  readonly packages?: readonly string[];
  /** Folder for the packages' folders, relative to the project; `packages` when left out, the project itself when empty. */
  readonly folder?: string;
}

export type Empty = Readonly<Record<string, never>>;

export interface Call<Request, Response, Progress = never> {
  readonly request: Request;
  readonly response: Response;
  readonly progress: Progress;
}

export type CallName = keyof Calls;

export interface CallOptions<Progress> {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  /** The caller's own span, as W3C `traceparent`, below which the engine's stand; see `shared/traceparent.ts`. */
  readonly traceparent?: string | undefined;
}

/** The methods of the engine, the same in-process, across a worker and across a socket. */
export type EngineCalls = {
  readonly [Name in CallName]: (
    request: Calls[Name]['request'],
    options?: CallOptions<Calls[Name]['progress']>,
  ) => Promise<Calls[Name]['response']>;
};

/** The engine as every caller sees it. */
export interface Engine extends EngineCalls {
  /**
   * Follow one kind of event. The newest snapshot is delivered first, if there is one, then each later one in order.
   * Returns the function that ends the subscription.
   */
  subscribe<Name extends keyof EngineEvents>(name: Name, listener: (event: EngineEvents[Name]) => void): () => void;
}

/** Every call by name, checked by the compiler to be complete: what may be dispatched, and nothing else. */
export const CALL_NAMES = Object.keys({
  startNode: 0,
  stopNode: 0,
  status: 0,
  metrics: 0,
  peers: 0,
  peer: 0,
  bootstrap: 0,
  banPeer: 0,
  unbanPeer: 0,
  pauseSeeding: 0,
  trustPeer: 0,
  search: 0,
  getPackage: 0,
  getPackageVersion: 0,
  providers: 0,
  listVersions: 0,
  publish: 0,
  delete: 0,
  exists: 0,
  metadata: 0,
  draftRelease: 0,
  draftYank: 0,
  draftMerge: 0,
  discardDraft: 0,
  readFolder: 0,
  statFile: 0,
  readFile: 0,
  listFiles: 0,
  compareReleases: 0,
  listPackages: 0,
  install: 0,
  installed: 0,
  planInstall: 0,
  applyPlan: 0,
  uninstall: 0,
  verifyInstalled: 0,
  exportPackage: 0,
  importPackage: 0,
  stopSeeding: 0,
  keep: 0,
  unkeep: 0,
  kept: 0,
  cleanUpStorage: 0,
  verifyStorage: 0,
} satisfies Record<CallName, 0>) as readonly CallName[];
