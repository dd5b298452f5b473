/** What a plan is asked to bring about in a project. */
export type PlanMode =
  | 'add' // add packages, or change what is required of them
  | 'lock' // exactly what the lock file says
  | 'update' // newer versions of these packages, or of all
  | 'remove'; // take packages out, and what only they needed

/** Who wants a package, and in which versions. */
export interface Dependent {
  /** Name and version of the package that wants it; empty for the user. */
  readonly by: string;
  /** A semver range. */
  readonly requirement: string;
  readonly optional: boolean;
}

/** One package of a plan: all that the project will have, and what it loses. */
export interface PlannedPackage {
  /** `publisher/name`. */
  readonly id: string;
  readonly publisher: string;
  readonly name: string;
  readonly version: string;
  readonly root: string;
  readonly size: number;
  readonly files: number;
  /** Absolute path of its folder. */
  readonly path: string;
  readonly action: 'install' | 'update' | 'keep' | 'remove';
  /** Version that stands there now; absent when none does. */
  readonly from?: string;
  /** Bytes that have to be fetched; 0 when all of it is here. */
  readonly bytesToFetch: number;
  /** The user asked for it; otherwise another package needs it. */
  readonly requested: boolean;
  readonly yanked: boolean;
  readonly requiredBy: readonly Dependent[];
}

/** An optional dependency that is left out, and why. */
export interface SkippedDependency {
  readonly id: string;
  readonly requirement: string;
  readonly by: string;
  readonly reason: string;
}

/** What installing will do, before anything is fetched or written. */
export interface InstallPlan {
  /** Handle under which it is applied; good for an hour. */
  readonly plan: string;
  /** Absolute path of the project. */
  readonly project: string;
  /** Absolute path of its lock file. */
  readonly lockFile: string;
  /** By name; what is removed stands last. */
  readonly packages: readonly PlannedPackage[];
  readonly skipped: readonly SkippedDependency[];
  /** Sum of what has to be fetched, in bytes. */
  readonly bytesToFetch: number;
  /** Whether applying it changes anything at all, the lock file included. */
  readonly changes: boolean;
}

/** How an installed package stands against its release. Paths are relative to its folder, with forward slashes. */
export interface InstallationCheck {
  readonly id: string;
  readonly version: string;
  /** Absolute path of its folder. */
  readonly path: string;
  /** Files of the release. */
  readonly files: number;
  /** Other content than the release has, or a link in the file's place. */
  readonly changed: readonly string[];
  readonly missing: readonly string[];
  /** Not part of the release. A folder ends with a slash and stands for all that it holds. */
  readonly extra: readonly string[];
}

/** A release that was written to one file, or read from one. */
export interface ArchiveReceipt {
  readonly id: string;
  readonly version: string;
  readonly root: string;
  /** Absolute path of the file. */
  readonly path: string;
  readonly bytes: number;
  readonly blocks: number;
}
