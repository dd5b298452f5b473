import type { Diagnostic } from '../../../shared/model.ts';

/** A file of the project that is going to be published. */
export interface ProjectFile {
  /** Relative to the project's root, forward slashes, NFC. */
  readonly path: string;
  /** As the file system writes it. */
  readonly absolutePath: string;
  /** Bytes. */
  readonly size: number;
  readonly mtimeMs: number;
}

/** Something that was left out although one may expect it inside. */
export interface SkippedEntry {
  readonly path: string;
  /** In words for the user, for example `symbolic link`. */
  readonly reason: string;
}

export interface ProjectScan {
  /** Absolute path of the project's root, links resolved. */
  readonly root: string;
  /** Sorted by path, in UTF-16 code unit order. */
  readonly files: readonly ProjectFile[];
  /** Sum of the files' sizes in bytes. */
  readonly size: number;
  /** Sorted by path; what ignore rules leave out is not listed. */
  readonly skipped: readonly SkippedEntry[];
  /** Path of the README among the files: the one that the manifest names, else by its usual names. */
  readonly readme?: string;
  readonly changelog?: string;
  /** Those with severity `error` block publishing. */
  readonly diagnostics: readonly Diagnostic[];
}
