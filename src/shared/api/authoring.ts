import type { ProjectLimits, PublishReceipt, ReleaseDraft, UnsignedDraft } from '../model.ts';
import type { Call } from './call.ts';

/**
 * Publishing has two steps: a `draft…` call prepares a record and the bytes to sign, and `publish` or `delete` takes
 * the publisher's signature. The publisher key never enters the engine. A draft expires after an hour, and with the
 * engine.
 */
export interface AuthoringCalls {
  /**
   * Read, check, pack and import a project. No peer sees anything of it. `ManifestInvalid` and `VersionExists` carry
   * the diagnostics in `details.diagnostics`, each as JSON. `WorkspaceRoot` carries the packages to choose from in
   * `details.members`, each a `WorkspaceMember` as JSON.
   */
  draftRelease: Call<
    DraftRequest,
    ReleaseDraft,
    DraftProgress,
    | 'ManifestNotFound'
    | 'ManifestInvalid'
    | 'WorkspaceRoot'
    | 'ProjectTooLarge'
    | 'ProjectChanged'
    | 'VersionExists'
    | 'RecordInvalid'
    | 'RecordTooLarge'
    | 'UnsafePath'
  >;
  /** Prepare the record that marks a release as yanked, or takes that back. */
  draftYank: Call<
    { readonly id: string; readonly version: string; readonly yanked: boolean; readonly publisher: string },
    UnsignedDraft,
    never,
    'PackageNotFound' | 'VersionNotFound' | 'NotPublisher' | 'RecordTooLarge'
  >;
  /**
   * Prepare the record that sets a dist-tag to a version, or removes it when `version` is left out. `latest` is then the
   * highest version that is no pre-release. `publish` takes the draft. `VersionNotFound`: the package has no such
   * version; `InvalidRequest`: it has no such tag.
   */
  draftDistTag: Call<
    { readonly id: string; readonly tag: string; readonly version?: string; readonly publisher: string },
    UnsignedDraft,
    never,
    'PackageNotFound' | 'VersionNotFound' | 'VersionYanked' | 'NotPublisher' | 'RecordTooLarge'
  >;
  /**
   * Prepare the record that merges a fork which the event `forks` reports. It says nothing that the publisher has not
   * signed before. `DraftOutdated`: there is no fork. `publish` takes it.
   */
  draftMerge: Call<
    { readonly id: string; readonly publisher: string },
    UnsignedDraft,
    never,
    'PackageNotFound' | 'NotPublisher' | 'DraftOutdated' | 'RecordTooLarge'
  >;
  /** Forget a draft and remove its blocks. Unknown drafts, and one that is being published, are ignored. */
  discardDraft: Call<{ readonly draft: string }, void>;
  /**
   * Publish a release, a dist-tag or a merge: store its blocks and record, announce it to connected peers, put the head into the
   * DHT (at most 3 s). A cancel before the record is stored leaves the draft as it was; a later one only ends the wait.
   * `SecretsNotAccepted` and `PrivateNotAccepted` carry the fingerprints that are missing in `details.fingerprints`.
   */
  publish: Call<
    SignedDraft,
    PublishReceipt,
    never,
    | 'DraftNotFound'
    | 'DraftOutdated'
    | 'SignatureInvalid'
    | 'ClockAhead'
    | 'PrivateNotAccepted'
    | 'SecretsNotAccepted'
    | 'QuotaExceeded'
  >;
  /**
   * Yank a release, or take that back, as the draft says. Nothing is ever removed from a record. Cancel as in
   * `publish`.
   */
  delete: Call<
    SignedDraft,
    PublishReceipt,
    never,
    'DraftNotFound' | 'DraftOutdated' | 'SignatureInvalid' | 'ClockAhead'
  >;
}

/** A project to make a release of. */
export interface DraftRequest {
  /** Absolute path of the project's folder. */
  readonly root: string;
  /** Manifest to read, relative to the root; when left out, the first that exists in the order of `ManifestKind`. */
  readonly manifest?: string;
  /** Publisher id in whose namespace to publish. */
  readonly publisher: string;
  /** Version to publish instead of the manifest's: full semver, or PEP 440 in a Python project. */
  readonly version?: string;
  /** Lower limits than those that every peer enforces. */
  readonly limits?: ProjectLimits;
  /**
   * Dist-tag of the release. With another one than `latest` the release does not become the latest; without one it
   * becomes the latest when it is the highest that is no pre-release.
   */
  readonly tag?: string;
}

/** A draft with its publisher's signature. */
export interface SignedDraft {
  /** The handle from the `draft…` call. */
  readonly draft: string;
  /** 64 bytes, Ed25519 over `bytesToSign`. */
  readonly signature: Uint8Array;
  /**
   * Fingerprints of the diagnostics that the publisher accepts; every secret in the draft needs one, and a private project.
   * `clock` publishes although peers say that the clock is ahead; otherwise that ends in `ClockAhead`.
   */
  readonly accepted?: readonly string[];
}

/** How far packing a project has come. */
export interface DraftProgress {
  readonly phase: 'scan' | 'import';
  /** Files and bytes that were scanned, or imported, so far. */
  readonly files: number;
  readonly bytes: number;
  /** Known once the scan is over. */
  readonly totalFiles?: number;
  readonly totalBytes?: number;
}
