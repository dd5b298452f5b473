import type { Dependency, ManifestKind, PackageMetadata } from './package.ts';

/** What a manifest, a file or a setting is faulted for, and where. Line and column count from 1. */
export interface Diagnostic {
  readonly severity: 'error' | 'warning' | 'information';
  /** Stable short code, for example `manifest-name-missing`. */
  readonly code: string;
  readonly message: string;
  /** Path relative to the project's root, with forward slashes. */
  readonly path: string;
  readonly line?: number;
  readonly column?: number;
  /**
   * Set where a secret was found: a name for this secret at this path, the same each time the project is read. Publishing
   * is refused until the publisher accepts each of them by this name, or removes what it stands for.
   */
  readonly fingerprint?: string;
}

export interface DraftFile {
  /** Relative to the project's root, with forward slashes. */
  readonly path: string;
  readonly size: number;
}

/** A file whose content is another one than in the release before. */
export interface ChangedFile extends DraftFile {
  /** Its size before, in bytes. */
  readonly before: number;
}

/** What a release changes in the one before it. Each list is sorted by path. */
export interface ReleaseChanges {
  /** The version that it is compared with. */
  readonly since: string;
  readonly added: readonly DraftFile[];
  readonly changed: readonly ChangedFile[];
  /** With their sizes before. */
  readonly removed: readonly DraftFile[];
}

/** The most that a project may hold; values above what every peer enforces count as that. */
export interface ProjectLimits {
  readonly files: number;
  readonly bytes: number;
}

/** Bytes for the publisher to sign, and the handle under which the signature is handed in. */
export interface UnsignedDraft {
  readonly draft: string;
  /** `publisher/name`. */
  readonly id: string;
  readonly version: string;
  /** Exactly what the publisher key signs (Ed25519, no pre-hash). */
  readonly bytesToSign: Uint8Array;
}

/** A release that is packed and imported, but neither signed nor visible to anyone. */
export interface ReleaseDraft extends UnsignedDraft {
  readonly publisher: string;
  readonly name: string;
  /** Newest version of this package known here before, if any. */
  readonly previous?: string;
  readonly kind: ManifestKind;
  /** The manifest, relative to the root. */
  readonly manifest: string;
  readonly metadata: PackageMetadata;
  readonly dependencies: readonly Dependency[];
  /** Sorted by path. */
  readonly files: readonly DraftFile[];
  readonly size: number;
  readonly root: string;
  /** What was left out that one may have expected inside (symbolic links, special files), with the reason. */
  readonly skipped: readonly { readonly path: string; readonly reason: string }[];
  /** Those with a fingerprint have to be accepted, each, for this to be published. */
  readonly diagnostics: readonly Diagnostic[];
  /** Absent for a first release, and where the content of the release before cannot be had. */
  readonly changes?: ReleaseChanges;
}
