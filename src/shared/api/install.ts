import type { ArchiveReceipt, InstallPlan, InstallationCheck, InstalledPackage, PlanMode } from '../model.ts';
import type { Call, Empty } from './call.ts';

/** Installing, and packages as files. */
export interface InstallCalls {
  /** Find out what it takes to bring a project's packages to a wanted state. Nothing is fetched or written. */
  planInstall: Call<PlanRequest, InstallPlan>;
  /** Do exactly what a plan says, all of it or nothing. Returns what the project has then. */
  applyPlan: Call<
    { readonly plan: string; readonly overwrite?: readonly string[] },
    readonly InstalledPackage[],
    InstallProgress
  >;
  /** Install one release without its dependencies, outside of any project. */
  install: Call<InstallRequest, InstalledPackage, InstallProgress>;
  installed: Call<Empty, readonly InstalledPackage[]>;
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

/** How far an installation has come. */
export interface InstallProgress {
  readonly phase: 'resolve' | 'fetch' | 'write' | 'verify';
  readonly files: number;
  readonly bytes: number;
  readonly totalFiles?: number;
  readonly totalBytes?: number;
}
