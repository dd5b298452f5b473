import { toDiskFullError } from '../sqlite/disk-full.ts';

/** What a failed write means for the user: a full disk is told as such, anything else stays what it is. */
export function toStoreError(error: unknown): unknown {
  return toDiskFullError(
    error,
    'the package could not be stored. Free up space on the disk that contains the data folder',
  );
}

/** As blockstores say that a block is not there; bitswap goes by the name. */
export class BlockNotFoundError extends Error {
  override readonly name = 'NotFoundError';
}
