import type { PublisherState, ResolvedName } from './publisher.ts';

/** What a plan changes in a project. */
export type PlanMode =
  | 'add' // add packages, or change their required versions
  | 'lock' // install exactly what the lock file lists
  | 'update' // update these packages, or all
  | 'remove'; // remove packages, and those that only they required

/** A requirement for a package, and its origin. */
export interface Dependent {
  /** Name and version of the package that requires it; empty for the project's own requirement. */
  readonly by: string;
  /** A semver range. */
  readonly requirement: string;
  readonly optional: boolean;
}

/** One package of a plan: one that the project will have, or one that is removed from it. */
export interface PlannedPackage {
  /** `publisher/name`. */
  readonly id: string;
  readonly publisher: string;
  /** What the user decided about the publisher; absent when nothing. */
  readonly publisherState?: PublisherState;
  readonly name: string;
  readonly version: string;
  /** Content root. */
  readonly root: string;
  /** Bytes of its files. */
  readonly size: number;
  /** Number of its files. */
  readonly files: number;
  /** Absolute path of its folder. */
  readonly path: string;
  /** `restore`: the locked release is in the folder, but files of it were changed or are missing. */
  readonly action: 'install' | 'update' | 'restore' | 'keep' | 'remove';
  /** Version that is installed in the folder now; absent when none is. */
  readonly from?: string;
  /** Content root that the lock file lists for the package, else the installed one; absent when there is neither. */
  readonly fromRoot?: string;
  /**
   * Bytes of the blocks that are not stored here; 0 when all are. The whole size when no peer told in time which blocks the
   * release has. Less may come over the network, because peers compress.
   */
  readonly bytesToFetch: number;
  /** Whether the project itself requires it, and not only another package. */
  readonly requested: boolean;
  readonly yanked: boolean;
  /** Whether its publisher signed two different contents for this version. */
  readonly contested: boolean;
  readonly requiredBy: readonly Dependent[];
}

/** An optional dependency that is not installed. */
export interface SkippedDependency {
  readonly id: string;
  readonly requirement: string;
  /** Name and version of the package that requires it. */
  readonly by: string;
  /** Why it is not installed, in words for the user. */
  readonly reason: string;
}

/** A locked version, and the content root that its publisher's record has for it. */
export interface RootMismatch {
  /** `publisher/name`. */
  readonly id: string;
  readonly version: string;
  readonly locked: string;
  readonly signed: string;
}

/** What an installation will do, before anything is fetched or written. */
export interface InstallPlan {
  /** Handle for `applyPlan`, valid for an hour. */
  readonly plan: string;
  /** Absolute path of the project. */
  readonly project: string;
  /** Absolute path of its lock file. */
  readonly lockFile: string;
  /** Sorted by name; removed packages come last. */
  readonly packages: readonly PlannedPackage[];
  readonly skipped: readonly SkippedDependency[];
  /**
   * Locked versions whose content root is not the one that the publisher signed, and that the plan replaces or removes: the lock
   * file was edited, or the publisher signed two contents. A version that stays is refused with LockMismatch instead.
   */
  readonly mismatches: readonly RootMismatch[];
  /** What the bare names of the request and of dependencies mean, and why. */
  readonly names: readonly ResolvedName[];
  /** Bytes to fetch for all packages. */
  readonly bytesToFetch: number;
  /** Whether applying the plan changes a package or the lock file. */
  readonly changes: boolean;
  /** Whether applying the plan changes the lock file. */
  readonly lockChanges: boolean;
}

/** An installed package compared with its release. Paths are relative to its folder, with forward slashes. */
export interface InstallationCheck {
  readonly id: string;
  readonly version: string;
  /** Absolute path of its folder. */
  readonly path: string;
  /** Number of files in the release. */
  readonly files: number;
  /** Files with other content or another execute bit than in the release, or replaced by a link. */
  readonly changed: readonly string[];
  /** Those of `changed` that have the content of the release, and only lost or gained the execute bit. */
  readonly executeBits: { readonly lost: readonly string[]; readonly added: readonly string[] };
  readonly missing: readonly string[];
  /** Paths that are not part of the release. A folder ends with a slash and stands for everything in it. */
  readonly extra: readonly string[];
}

/** A release that was written to a package file, or read from one. */
export interface ArchiveReceipt {
  readonly id: string;
  readonly version: string;
  /** Content root. */
  readonly root: string;
  /** Absolute path of the file. */
  readonly path: string;
  /** Size of the file. */
  readonly bytes: number;
  /** Blocks in the file, the record's included. */
  readonly blocks: number;
}
