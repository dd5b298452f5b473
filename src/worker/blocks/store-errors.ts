import { toDiskFullError } from '../sqlite/disk-full.ts';

/** Turns the error of a write into `DiskFull` when the disk is full; other errors stay as they are. */
export function toStoreError(error: unknown): unknown {
  return toDiskFullError(
    error,
    'the package could not be stored. Free up space on the disk that contains the data folder',
  );
}

/** The block is not stored. Its name is the one that bitswap and Helia check. */
export class BlockNotFoundError extends Error {
  override readonly name = 'NotFoundError';
}
