import type { ArchiveReceipt, InstallPlan, InstallationCheck, InstalledPackage, PlanMode } from '../model.ts';
import type { FetchError, InstalledContentError, ReleaseLookupError, WriteError } from './call-errors.ts';
import type { Call } from './call.ts';

/**
 * Plans, installations and package files. Changes of one project, or of one folder outside of any, run one after the
 * other. A call that ends in an error, by cancel or with the process leaves the folders as they were; what a killed
 * process left is completed or rolled back when the engine opens. Files of the user's own in a package's folder stay.
 */
export interface InstallCalls {
  /**
   * Plan how to bring a project's packages to a desired state: resolve versions, and look at what is in the folders.
   * Packages unknown here are looked up on the network; no content is fetched, and nothing is written. The plan can be
   * applied for an hour; the last 50 are kept.
   */
  planInstall: Call<
    PlanRequest,
    InstallPlan,
    never,
    | ReleaseLookupError
    | 'VersionYanked'
    | 'DependencyConflict'
    | 'DependencyMissing'
    | 'LockInvalid'
    | 'LockMismatch'
    | 'NotInstalled'
    | 'TargetNotEmpty'
    | 'TargetNotWritable'
    | 'UnsafePath'
    | 'RecordInvalid'
  >;
  /**
   * `umask`: that of the caller's process, by which new files get their modes; that of the engine's process when left out.
   * Do what a plan says, as a whole or not at all, and answer what the project has then. `PlanOutdated`: the plan
   * expired, or the lock file or a folder changed since. After another error the plan can be applied again.
   */
  applyPlan: Call<
    { readonly plan: string; readonly overwrite?: readonly string[]; readonly umask?: number },
    readonly InstalledPackage[],
    InstallProgress,
    WriteError | 'PlanOutdated' | 'LockInvalid'
  >;
  /** Install one release without its dependencies, outside of any project. */
  install: Call<
    InstallRequest,
    InstalledPackage,
    InstallProgress,
    ReleaseLookupError | WriteError | 'NotInstalled' | 'LockMismatch'
  >;
  /**
   * List all installations on this machine, in projects and outside. What the lock file of a project lists is installed,
   * and missing when it has no folder. `folders` (absolute paths) adds the projects that they belong to, also those that another
   * machine installed; with `strict`, a lock file of these that cannot be read is an error. Installations whose folder is
   * gone are forgotten.
   */
  installed: Call<
    { readonly folders?: readonly string[]; readonly strict?: boolean },
    readonly InstalledPackage[],
    never,
    'LockInvalid'
  >;
  /** Remove the package that is installed at this absolute path. A package of a project is removed by a plan. */
  uninstall: Call<
    { readonly path: string; readonly overwrite?: readonly string[] },
    void,
    never,
    WriteError | 'NotInstalled'
  >;
  /**
   * Compare every file of the package installed at this absolute path with its release: the one that the lock file of its
   * project lists, else the one that was installed there. Lists show the result.
   */
  verifyInstalled: Call<
    { readonly path: string },
    InstallationCheck,
    InstallProgress,
    InstalledContentError | 'NotInstalled' | 'LockInvalid' | 'LockMismatch'
  >;
  /**
   * Write a release and its record to one file at the absolute path `to`, fetching what is missing here. An existing
   * file is replaced once the new one is complete.
   */
  exportPackage: Call<
    { readonly id: string; readonly version?: string; readonly to: string },
    ArchiveReceipt,
    InstallProgress,
    ReleaseLookupError | FetchError | 'QuotaExceeded' | 'ContentCorrupt' | 'TargetNotEmpty' | 'TargetNotWritable'
  >;
  /** Import a release from a file, every byte verified. It is kept, so that it can be installed without a network. */
  importPackage: Call<{ readonly from: string }, ArchiveReceipt, InstallProgress, 'ArchiveInvalid' | 'QuotaExceeded'>;
}

/** A release to install outside of any project. */
export interface InstallRequest {
  /** `publisher/name`, or `name` as `resolvePackage` understands it. */
  readonly id: string;
  /** Exact version or range; the latest when left out. */
  readonly version?: string;
  /** Absolute path of the folder for the package's files. It must not exist, or be empty. */
  readonly to: string;
  /**
   * Replace the installation of this package that is in the folder. For a package of a project, only with its own
   * version: that restores changed files.
   */
  readonly replace?: boolean;
  /** Absolute paths of changed files that may be lost, as `FilesChanged` names them; `*` for all of them. */
  readonly overwrite?: readonly string[];
  /** As that of `applyPlan`. */
  readonly umask?: number;
}

/** A change of a project's packages. */
export interface PlanRequest {
  /** Absolute path of the folder that holds the lock file. */
  readonly project: string;
  readonly mode: PlanMode;
  /**
   * For `add` and `update`: `publisher/name` or `name`, each with `@` and a version or range where one is required. An
   * `update` without packages updates all; packages that only others require are updated within those requirements. For
   * `remove`: ids. For `lock`: none.
   */
  readonly packages?: readonly string[];
  /**
   * Folder for the packages' folders, relative to the project; `packages` when left out, the project itself when empty.
   */
  readonly folder?: string;
  /**
   * Content roots that may replace the locked root of the same version. Without them such a change is refused with
   * `LockMismatch`, whose `details.signedRoots` has the roots.
   */
  readonly acceptedRoots?: readonly string[];
  /**
   * `publisher/name` of the packages that bare names mean, in the request and in dependencies. `PackageAmbiguous` and
   * `DependencyMissing` have the ids to choose from in `details.candidates`.
   */
  readonly choices?: readonly string[];
}

/** How far an installation has come. */
export interface InstallProgress {
  readonly phase: 'resolve' | 'fetch' | 'write' | 'verify';
  /** Files done in this phase; 0 while blocks are fetched, which are not counted by file. */
  readonly files: number;
  /** Bytes done in this phase. */
  readonly bytes: number;
  /** Absent as long as it is not known. */
  readonly totalFiles?: number;
  readonly totalBytes?: number;
}
