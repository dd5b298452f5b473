import type { LockedPackage } from '../../install/lock/lock-file.ts';
import type { GitWorkTree } from '../repository/git-work-tree.ts';
import type { Diagnostic, ExcludedEntry, PackedFile } from '../../../shared/model.ts';

/** A file that will be published. */
export interface ProjectFile extends PackedFile {
  /** With the name as the file system stores it. */
  readonly absolutePath: string;
  /** As `stat` returns it. */
  readonly mode: number;
  readonly mtimeMs: number;
  /** Whether it can be executed: an execute bit is set, or git's index says so where the disk cannot. */
  readonly executable: boolean;
}

export interface ProjectScan {
  /** Absolute path of the project's root, links resolved. */
  readonly root: string;
  /** Sorted by path in UTF-16 code unit order. */
  readonly files: readonly ProjectFile[];
  /** Total size of the files, in bytes. */
  readonly size: number;
  /** What is not published, and by which rule; sorted by path, bounded. */
  readonly excluded: readonly ExcludedEntry[];
  /** Number of excluded entries that are not listed. */
  readonly moreExcluded: number;
  /** Path of the README: the one that the manifest names, else one of the usual names. */
  readonly readme?: string;
  readonly changelog?: string;
  /** Absent when the project is in no git work tree. */
  readonly workTree?: GitWorkTree;
  /** Packages that the project's lock file lists. */
  readonly locked: readonly LockedPackage[];
  /** Diagnostics of severity `error` block publishing. */
  readonly diagnostics: readonly Diagnostic[];
}
