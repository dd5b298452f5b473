// Parts of a release that is read without being installed. Paths are relative to the release's root, with forward
// slashes; the empty path is the root.

/** A file or folder of a release. */
export interface ReleaseEntry {
  readonly name: string;
  readonly kind: 'file' | 'folder';
  /** Bytes of a file, as its folder says; 0 for a folder. */
  readonly size: number;
  readonly cid: string;
}

/** Metadata of one file or folder of a release. */
export interface ReleaseStat {
  readonly kind: 'file' | 'folder';
  /** Bytes of a file; 0 for a folder. */
  readonly size: number;
  readonly cid: string;
  /** When the release was published; 0 when only its content root is known. */
  readonly published: number;
}

/** A folder of a release. */
export interface ReleaseFolder {
  /** In the order of the tree. */
  readonly entries: readonly ReleaseEntry[];
  /** When the release was published; 0 when only its content root is known. */
  readonly published: number;
}

/** Verified bytes of a file. */
export interface ReleaseBytes {
  readonly bytes: Uint8Array;
  /** Size of the whole file. */
  readonly size: number;
}

export interface ReleaseFile {
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  readonly executable?: true;
}

/** All files of a release. */
export interface ReleaseFiles {
  /** `publisher/name@version`, or the content root when only that is known. */
  readonly release: string;
  /** Sorted by path. */
  readonly files: readonly ReleaseFile[];
  /** Bytes of all files. */
  readonly size: number;
}

/** A file that differs between two releases. */
export interface FileChange {
  readonly path: string;
  /** `mode`: the content is the same, and only the execute bit differs. */
  readonly kind: 'added' | 'changed' | 'removed' | 'mode';
  /** Bytes in the first release; absent when it was added. */
  readonly before?: number;
  /** Bytes in the second release; absent when it was removed. */
  readonly after?: number;
  /** Whether it is executable in the second release; absent when that is as in the first one, or it was removed. */
  readonly executable?: boolean;
}

/** Files that differ between two releases. */
export interface ReleaseComparison {
  /** `publisher/name@version` with exact versions, or content roots. */
  readonly from: string;
  readonly to: string;
  /** Sorted by path. */
  readonly changes: readonly FileChange[];
}
