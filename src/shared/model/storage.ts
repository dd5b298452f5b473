// The block store of this machine.

/** A release that is pinned without being installed. */
export interface KeptRelease {
  readonly id: string;
  readonly publisher: string;
  readonly name: string;
  readonly version: string;
  /** Content root. */
  readonly root: string;
  /** Number of its files. */
  readonly files: number;
  /** Bytes of its files. */
  readonly size: number;
  readonly keptAt: number;
}

/** Space of the stored blocks. A block counts once, however many packages share it. */
export interface StorageUsage {
  readonly blocks: number;
  readonly bytes: number;
  /** Bytes that are pinned (published, installed, kept) and never removed, as last measured. */
  readonly pinned: number;
  /** The other bytes, which are removed when space is needed, least recently used first. */
  readonly evictable: number;
  /** Upper limit of `bytes`. */
  readonly quota: number;
  /** Damaged blocks of pinned content that are not repaired yet. */
  readonly damaged: number;
}

/** Blocks that cleaning up removed, and their bytes. */
export interface CleanUpReport {
  readonly blocks: number;
  readonly bytes: number;
}

/** Result of hashing every stored block. */
export interface StorageReport {
  /** Blocks that were hashed, and their bytes. */
  readonly blocks: number;
  readonly bytes: number;
  /** Blocks that did not match their hash, were truncated or missing. They were removed. */
  readonly damaged: number;
  /** Releases whose missing blocks were fetched again. */
  readonly repaired: readonly RepairResult[];
  /** Releases with blocks that are still missing. */
  readonly unrepaired: readonly RepairResult[];
}

/** A release that `verifyStorage` repaired, or could not repair. */
export interface RepairResult {
  readonly id: string;
  readonly version: string;
  /** Why it could not be repaired, in words for the user; absent when it was. */
  readonly reason?: string;
}
