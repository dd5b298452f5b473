import type { CleanUpReport, KeptRelease, StorageReport, TransferStatus } from '../model.ts';
import type { FetchError, PackageLookupError, ReleaseLookupError } from './call-errors.ts';
import type { Call, Empty } from './call.ts';
import type { InstallProgress } from './install.ts';

/** The block store: what is kept, what is seeded, how much space it takes. */
export interface StorageCalls {
  /**
   * Fetch a release and keep it without installing it; the latest when no version is given. It is seeded from then on.
   */
  keep: Call<
    { readonly id: string; readonly version?: string },
    KeptRelease,
    InstallProgress,
    ReleaseLookupError | FetchError | 'QuotaExceeded'
  >;
  /**
   * Stop keeping a release, or all kept releases of a package. Its blocks are removed when the space is needed. `id` is
   * `publisher/name`. `PackageNotFound`: it is not kept.
   */
  unkeep: Call<{ readonly id: string; readonly version?: string }, void, never, 'PackageNotFound'>;
  /** List the releases that are kept. */
  kept: Call<Empty, readonly KeptRelease[]>;
  /** Pause seeding of everything, or resume it; a pause lasts across restarts. Fetching goes on. */
  pauseSeeding: Call<{ readonly paused: boolean }, TransferStatus>;
  /**
   * Stop seeding a package, until it is published, installed or kept again. Its files stay here, and its record is
   * still shared. `PackageNotFound`: it is not seeded.
   */
  stopSeeding: Call<{ readonly id: string }, void, never, PackageLookupError>;
  /**
   * Remove every stored block that is neither pinned (published, installed, kept) nor in use. What was removed before a
   * cancel stays removed.
   */
  cleanUpStorage: Call<Empty, CleanUpReport, CleanUpProgress>;
  /**
   * Hash every stored block, remove damaged ones, and fetch again what pinned releases miss. What cannot be repaired is
   * in the answer. What was removed or repaired before a cancel stays so.
   */
  verifyStorage: Call<Empty, StorageReport, VerifyProgress>;
}

/** How far cleaning up has come. */
export interface CleanUpProgress {
  /** Bytes removed so far. */
  readonly bytes: number;
}

/** How far verifying the stored blocks has come. */
export interface VerifyProgress {
  readonly phase: 'check' | 'repair';
  /** Blocks that were hashed so far, and their bytes. */
  readonly blocks: number;
  readonly bytes: number;
  readonly totalBlocks: number;
  readonly totalBytes: number;
  /** Package that is being repaired. */
  readonly id?: string;
}
