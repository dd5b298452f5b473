import type { ProjectLimits, PublishReceipt, ReleaseDraft, UnsignedDraft } from '../model.ts';
import type { Call } from './call.ts';

/** Publishing: a draft, its signature, the record. */
export interface AuthoringCalls {
  /** Read, pack and import a project without showing it to anyone. */
  draftRelease: Call<DraftRequest, ReleaseDraft, DraftProgress>;
  /** Prepare the record that marks a version as yanked, or as good again. */
  draftYank: Call<
    { readonly id: string; readonly version: string; readonly yanked: boolean; readonly publisher: string },
    UnsignedDraft
  >;
  /**
   * Prepare the record that unites what two machines with one publisher key signed apart, as the event `forks` tells of it.
   * It says nothing new. `publish` takes it.
   */
  draftMerge: Call<{ readonly id: string; readonly publisher: string }, UnsignedDraft>;
  discardDraft: Call<{ readonly draft: string }, void>;
  publish: Call<SignedDraft, PublishReceipt>;
  delete: Call<SignedDraft, PublishReceipt>;
}

export interface DraftRequest {
  /** Absolute path of the project's folder. */
  readonly root: string;
  /** Manifest to read, relative to the root; the first that exists in the order of `ManifestKind` when left out. */
  readonly manifest?: string;
  /** Publisher id in whose namespace to publish. */
  readonly publisher: string;
  /** Lower limits than those that every peer enforces. */
  readonly limits?: ProjectLimits;
}

export interface SignedDraft {
  readonly draft: string;
  /** 64 bytes, Ed25519 over `bytesToSign`. */
  readonly signature: Uint8Array;
  /** Fingerprints of the diagnostics that the publisher saw and accepts: of every secret in the draft. */
  readonly accepted?: readonly string[];
}

/** How far packing a project has come. */
export interface DraftProgress {
  readonly phase: 'scan' | 'import';
  readonly files: number;
  readonly bytes: number;
  /** Known once the scan is over. */
  readonly totalFiles?: number;
  readonly totalBytes?: number;
}
