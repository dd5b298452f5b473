import type { CleanUpReport, KeptRelease, StorageReport, TransferStatus } from '../model.ts';
import type { Call, Empty } from './call.ts';
import type { InstallProgress } from './install.ts';

/** What is kept and seeded, and the space that it takes. */
export interface StorageCalls {
  /** Fetch a release and keep it here without installing it; the latest when no version is given. */
  keep: Call<{ readonly id: string; readonly version?: string }, KeptRelease, InstallProgress>;
  /** Keep a release, or all kept ones of a package, no longer: its blocks go when their space is needed. */
  unkeep: Call<{ readonly id: string; readonly version?: string }, void>;
  kept: Call<Empty, readonly KeptRelease[]>;
  /** Hand out no content until that is taken back; kept across restarts. Fetching goes on. */
  pauseSeeding: Call<{ readonly paused: boolean }, TransferStatus>;
  /**
   * Serve a package's content to nobody any more. The files stay here, and its record goes on travelling. Publishing or
   * installing the package again serves it again.
   */
  stopSeeding: Call<{ readonly id: string }, void>;
  /** Remove all stored blocks of what is neither published, installed nor kept here, nor in use. */
  cleanUpStorage: Call<Empty, CleanUpReport, CleanUpProgress>;
  /** Hash all stored blocks, and fetch again what is damaged of what is published, installed or kept here. */
  verifyStorage: Call<Empty, StorageReport, VerifyProgress>;
}

/** Bytes that cleaning up has removed so far. */
export interface CleanUpProgress {
  readonly bytes: number;
}

/** How far looking at the stored blocks has come. */
export interface VerifyProgress {
  readonly phase: 'check' | 'repair';
  readonly blocks: number;
  readonly bytes: number;
  readonly totalBlocks: number;
  readonly totalBytes: number;
  /** Package that is being repaired. */
  readonly id?: string;
}
