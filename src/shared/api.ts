import type { EngineEvents } from './events.ts';
import type {
  EngineStatus,
  InstalledPackage,
  NodeSettings,
  NodeStatus,
  PackageDetails,
  PackagePage,
  PackageSection,
  PeerDetails,
  PeerSummary,
  PublishReceipt,
  RegistryMetadata,
  Release,
  ReleaseDetails,
  ReleaseDraft,
  SearchQuery,
  SearchResults,
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
  readonly phase: 'resolve' | 'fetch' | 'write';
  readonly files: number;
  readonly bytes: number;
  readonly totalFiles?: number;
  readonly totalBytes?: number;
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
  /** Connected peers, and known ones that are away. */
  peers: Call<{ readonly connectedOnly?: boolean }, readonly PeerSummary[]>;
  peer: Call<{ readonly id: string }, PeerDetails>;
  /** Dial a bootstrap peer now; it is also asked again after every restart of the node within this session. */
  bootstrap: Call<{ readonly address: string }, BootstrapResult>;
  /**
   * Have nothing to do with a peer: its connections are closed, it can neither connect nor be dialled, and no record is
   * taken from it. Until `until` (milliseconds since the epoch), or until it is lifted.
   */
  banPeer: Call<{ readonly id: string; readonly reason?: string; readonly until?: number }, PeerDetails>;
  /** Lift a ban, whoever made it. The peer begins without new offences; its score stays. */
  unbanPeer: Call<{ readonly id: string }, PeerDetails>;
  /** Prefer a peer in everything and never ban it automatically, or take that back. Lifts a ban. */
  trustPeer: Call<{ readonly id: string; readonly trusted: boolean }, PeerDetails>;

  // The Registry, eight methods. Publish and delete take what a draft* call prepared, with the publisher's signature.
  search: Call<SearchQuery, SearchResults, SearchResults>;
  /** Newest record of a package, from here or the network. `id` is `publisher/name`, or `name` where unambiguous. */
  getPackage: Call<{ readonly id: string }, PackageDetails>;
  /** `version` is exact or a semver range; the highest match that is not yanked. An exact version may be yanked. */
  getPackageVersion: Call<{ readonly id: string; readonly version: string }, ReleaseDetails>;
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
  discardDraft: Call<{ readonly draft: string }, void>;

  listPackages: Call<
    { readonly section: PackageSection; readonly offset?: number; readonly limit?: number },
    PackagePage
  >;
  install: Call<InstallRequest, InstalledPackage, InstallProgress>;
  installed: Call<Empty, readonly InstalledPackage[]>;
  /**
   * Serve a package's content to nobody any more. The files stay here, and its record goes on travelling. Publishing or
   * installing the package again serves it again.
   */
  stopServing: Call<{ readonly id: string }, void>;
}

export interface DraftRequest {
  /** Absolute path of the project's folder. */
  readonly root: string;
  /** Manifest to read, relative to the root; the first that exists in the order of `ManifestKind` when left out. */
  readonly manifest?: string;
  /** Publisher id in whose namespace to publish. */
  readonly publisher: string;
}

export interface SignedDraft {
  readonly draft: string;
  /** 64 bytes, Ed25519 over `bytesToSign`. */
  readonly signature: Uint8Array;
}

export interface InstallRequest {
  readonly id: string;
  /** Exact version or range; the latest when left out. */
  readonly version?: string;
  /** Absolute path of the folder that shall hold the package's files. It must not exist, or be empty. */
  readonly to: string;
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
  peers: 0,
  peer: 0,
  bootstrap: 0,
  banPeer: 0,
  unbanPeer: 0,
  trustPeer: 0,
  search: 0,
  getPackage: 0,
  getPackageVersion: 0,
  listVersions: 0,
  publish: 0,
  delete: 0,
  exists: 0,
  metadata: 0,
  draftRelease: 0,
  draftYank: 0,
  discardDraft: 0,
  listPackages: 0,
  install: 0,
  installed: 0,
  stopServing: 0,
} satisfies Record<CallName, 0>) as readonly CallName[];
