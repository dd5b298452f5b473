// Releases as they are read without being installed. Paths are relative to the release's root, with forward slashes;
// the empty path is the root itself.

/** A file or folder of a release. */
export interface ReleaseEntry {
  readonly name: string;
  readonly kind: 'file' | 'folder';
  /** Bytes of a file, as its parent says; 0 for a folder. */
  readonly size: number;
  readonly cid: string;
}

export interface ReleaseStat {
  readonly kind: 'file' | 'folder';
  readonly size: number;
  readonly cid: string;
  /** When the release was published; 0 where only its content root is known. */
  readonly published: number;
}

export interface ReleaseFolder {
  /** Folders and files in the order of the tree. */
  readonly entries: readonly ReleaseEntry[];
  readonly published: number;
}

/** Part of a file of a release, every byte verified. */
export interface ReleaseBytes {
  readonly bytes: Uint8Array;
  /** Size of the whole file. */
  readonly size: number;
}

export interface ReleaseFile {
  readonly path: string;
  readonly size: number;
}

/** All files of a release. */
export interface ReleaseFiles {
  /** As it can be asked for again: `publisher/name@version`, or the content root where only that is known. */
  readonly release: string;
  /** Sorted by path. */
  readonly files: readonly ReleaseFile[];
  readonly size: number;
}

/** A file in which two releases differ. */
export interface FileChange {
  readonly path: string;
  readonly kind: 'added' | 'changed' | 'removed';
  /** Size in the first release; absent when it was added. */
  readonly before?: number;
  /** Size in the second release; absent when it was removed. */
  readonly after?: number;
}

/** What the second of two releases changed. */
export interface ReleaseComparison {
  /** `publisher/name@version` with exact versions, or content roots. */
  readonly from: string;
  readonly to: string;
  /** Sorted by path. */
  readonly changes: readonly FileChange[];
}
