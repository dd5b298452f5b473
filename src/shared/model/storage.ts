// What this machine stores of packages.

/** A release that stays here although it is not installed. */
export interface KeptRelease {
  readonly id: string;
  readonly publisher: string;
  readonly name: string;
  readonly version: string;
  readonly root: string;
  readonly files: number;
  /** Bytes of its files. */
  readonly size: number;
  readonly keptAt: number;
}

/** Bytes of the stored blocks, each block counted once however many packages share it. */
export interface StorageUsage {
  readonly blocks: number;
  readonly bytes: number;
  /** Of these, what is published, installed or kept here, as the last look at it found: it is never removed. */
  readonly pinned: number;
  /** The rest, which goes when the space is needed, the least recently used first. */
  readonly evictable: number;
  /** What all of it may take. */
  readonly quota: number;
  /** Damaged blocks of what is published, installed or kept here that are not repaired yet. */
  readonly damaged: number;
}

/** What cleaning up removed. */
export interface CleanUpReport {
  readonly blocks: number;
  readonly bytes: number;
}

/** What came of looking at every stored block. */
export interface StorageReport {
  /** Blocks that were looked at, and their bytes. */
  readonly blocks: number;
  readonly bytes: number;
  /** Blocks that were not what their hash says, or cut off, or gone. They were removed. */
  readonly damaged: number;
  /** Releases that were made whole again from the network. */
  readonly repaired: readonly RepairResult[];
  /** Releases of which something is still missing, and why. */
  readonly unrepaired: readonly RepairResult[];
}

export interface RepairResult {
  readonly id: string;
  readonly version: string;
  /** Why it could not be repaired, in words for the user. */
  readonly reason?: string;
}
