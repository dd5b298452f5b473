import { GgenError } from '../../shared/errors.ts';

/** Result code of SQLite for a full disk (sqlite.org/rescode.html). */
const SQLITE_FULL = 13;
const DISK_FULL_CODES = new Set(['ENOSPC', 'EDQUOT']);

/** Whether an error of SQLite or the system means that the disk, or the user's quota on it, is full. */
export function isDiskFull(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error instanceof GgenError) return error.name === 'DiskFull';
  if ('errcode' in error && typeof error.errcode === 'number' && (error.errcode & 0xff) === SQLITE_FULL) return true;
  return 'code' in error && typeof error.code === 'string' && DISK_FULL_CODES.has(error.code);
}

/**
 * Turns the error of a full disk into `DiskFull`; other errors stay as they are.
 *
 * @param folder that cannot be written
 */
export function toFolderFullError(folder: string, error: unknown): unknown {
  const what = `nothing more can be written to ${folder}. Free up space on the disk that contains it`;
  return toDiskFullError(error, what, { folder });
}

/** As `toFolderFullError`, with another message. @param what failed, and where to make room */
export function toDiskFullError(error: unknown, what: string, details: Readonly<Record<string, string>> = {}): unknown {
  if (!isDiskFull(error) || error instanceof GgenError) return error;
  const message = `The disk is full: ${what}, or run “Clean Up Storage”, and try again.`;
  return new GgenError('DiskFull', message, { details, cause: error });
}
