import { GgenError } from '../../../shared/errors.ts';

const SQLITE_FULL = 13;
const FULL = new Set(['ENOSPC', 'EDQUOT']);

/** What a failed write means for the user: a full disk is told as such, anything else stays what it is. */
export function storeFault(error: unknown): unknown {
  if (!isDiskFull(error)) return error;
  return new GgenError(
    'DiskFull',
    'The disk is full: the package could not be stored. Make room on the disk that holds the data folder, or run “Clean Up Storage”, and try again.',
    { cause: error },
  );
}

/** Whether SQLite or the system says that the disk, or the user's share of it, is full. */
export function isDiskFull(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if ('errcode' in error && typeof error.errcode === 'number' && (error.errcode & 0xff) === SQLITE_FULL) return true;
  return 'code' in error && typeof error.code === 'string' && FULL.has(error.code);
}

/** As blockstores say that a block is not there; bitswap goes by the name. */
export class BlockNotFound extends Error {
  override readonly name = 'NotFoundError';
}
