import type { PathSet } from './path-set.ts';
import type { RepositoryLinks } from '../repository/repository-links.ts';
import type { PackRule } from '../../../shared/model.ts';

/** Whether an entry is packed, and the rule that decides. For a folder: whether its content is looked at. */
export interface PackDecision {
  readonly packed: boolean;
  readonly rule: PackRule;
}

/**
 * Which files of a project are packed, by its manifest and its package manager. `.ggenignore` and what no release
 * contains come on top. Paths are relative to the project's root, NFC, with forward slashes.
 */
export interface FileSelection {
  /** Whether git's ignore files apply. */
  readonly gitignore: boolean;
  /** Whether a list of the author's decides in place of git's ignore files. */
  readonly hasOwnList: boolean;
  /** The files that are packed, where they are known before the walk. */
  readonly listed?: PathSet;
  /** Files from elsewhere in the repository that are packed, too. */
  readonly outside?: readonly OutsideFile[];
  /**
   * Whether the package manager's own rules replace ours for dependencies and for the state of editors. Data of version
   * control is never packed.
   */
  readonly replacesDefaults: boolean;
  /** Decides about a folder. A folder that is not packed is not entered. */
  folder(path: string): PackDecision;
  /** Whether the author's list names a folder, or something in it, although it may be empty; absent: as `folder`. */
  names?(path: string): boolean;
  /** Decides about a file in a folder that was entered. */
  file(path: string): PackDecision;
  /** Whether git's ignore files do not apply to an entry, because it, or something in it, is named explicitly. */
  exempts?(path: string, isFolder: boolean): boolean;
  /**
   * Called before the decisions about a folder's content.
   *
   * @param names of the folder's entries
   * @returns the rule by which nothing in the folder is packed
   */
  enter?(path: string, absolutePath: string, names: readonly string[]): Promise<PackRule | undefined>;
}

/** A file of the repository that is packed under another path. */
export interface OutsideFile {
  readonly path: string;
  /** Links resolved. */
  readonly absolutePath: string;
  readonly rule: PackRule;
}

export function packedBy(rule: PackRule): PackDecision {
  return { packed: true, rule };
}

export function excludedBy(rule: PackRule): PackDecision {
  return { packed: false, rule };
}

/** What the repository of a project tells. */
export interface RepositoryFiles {
  /** Files that git tracks, relative to the project's root. */
  readonly tracked: ReadonlySet<string>;
  readonly links: RepositoryLinks;
}
