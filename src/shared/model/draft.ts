import type { Dependency, DistTag, ManifestKind, PackageMetadata } from './package.ts';

/** A finding about a manifest, a file or a setting, and its position. Line and column count from 1. */
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
   * Set for a secret: identifies this secret at this path, and stays the same when the project is read again. `private`
   * for a project that is not for everyone. A draft is published only when the publisher accepts each fingerprint.
   */
  readonly fingerprint?: string;
}

/** A package of a workspace or monorepo. */
export interface WorkspaceMember {
  /** Folder relative to the workspace's, with forward slashes. */
  readonly path: string;
  readonly manifest: string;
  /** Empty when the manifest has none, or an error. */
  readonly name: string;
  readonly version: string;
  /** Whether its manifest says that it is not for everyone. */
  readonly private: boolean;
}

/** A file of a project. */
export interface DraftFile {
  /** Relative to the project's root, with forward slashes. */
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** In the list of files: true or absent. In a list of changes: present when the execute bit changed. */
  readonly executable?: boolean;
}

/** Why a file is part of a release, or an entry of the project is not. */
export interface PackRule {
  /** In English, without the pattern: `always included`, `excluded by the pattern`. */
  readonly text: string;
  /** The pattern that decided, as written. */
  readonly pattern?: string;
  /**
   * File with the rule, relative to the project's root; `../` leads to the enclosing repository. Absent for built-in
   * rules.
   */
  readonly path?: string;
  readonly line?: number;
}

/** A file of a release, with the rule that includes it. */
export interface PackedFile extends DraftFile {
  readonly rule: PackRule;
}

/** An entry of a project that is not part of the release. */
export interface ExcludedEntry {
  /** Relative to the project's root; ends with a slash for a folder, whose content is not listed. */
  readonly path: string;
  readonly rule: PackRule;
  /** A release cannot carry it: a link, a special file, an empty folder, or what cannot be read. No rule excludes it. */
  readonly unsupported?: true;
}

/** A file whose content or execute bit differs from that in the previous release. */
export interface ChangedFile extends DraftFile {
  /** Size in the previous release, in bytes. */
  readonly before: number;
}

/** What a release changes in the previous one. Each list is sorted by path. */
export interface ReleaseChanges {
  /** Version of the previous release. */
  readonly since: string;
  readonly added: readonly DraftFile[];
  readonly changed: readonly ChangedFile[];
  /** With their sizes in the previous release. */
  readonly removed: readonly DraftFile[];
}

/** Upper limits for a project. Values above those that every peer enforces count as those. */
export interface ProjectLimits {
  readonly files: number;
  readonly bytes: number;
}

/** A draft with the bytes for its publisher to sign. */
export interface UnsignedDraft {
  /** Handle for `publish`, `delete` and `discardDraft`. */
  readonly draft: string;
  /** `publisher/name`. */
  readonly id: string;
  readonly version: string;
  /** What the publisher key signs: Ed25519 without a pre-hash. */
  readonly bytesToSign: Uint8Array;
}

/** A release that is packed and imported, but not signed. No peer sees it. */
export interface ReleaseDraft extends UnsignedDraft {
  readonly publisher: string;
  readonly name: string;
  /** Highest published version below this one; absent when there is none. */
  readonly previous?: string;
  /** Version that is the latest once this release is published. */
  readonly latest: string;
  /** Dist-tags that the package has then. */
  readonly distTags: readonly DistTag[];
  readonly kind: ManifestKind;
  /** The manifest, relative to the root. */
  readonly manifest: string;
  readonly metadata: PackageMetadata;
  readonly dependencies: readonly Dependency[];
  /** Sorted by path. */
  readonly files: readonly PackedFile[];
  /** Bytes of all files. */
  readonly size: number;
  /** Content root. */
  readonly root: string;
  /** Entries that are not part of the release, sorted by path; at most 1,000 of each kind. */
  readonly excluded: readonly ExcludedEntry[];
  /** Number of excluded entries that are not listed. */
  readonly moreExcluded: number;
  /** Each one with a fingerprint must be accepted before the draft is published. */
  readonly diagnostics: readonly Diagnostic[];
  /** Absent for a first release, and when the content of the previous release cannot be fetched. */
  readonly changes?: ReleaseChanges;
}
