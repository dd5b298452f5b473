import { accessSync, constants } from 'node:fs';
import { GgenError } from '../shared/errors.ts';

/** Result codes of SQLite (sqlite.org/rescode.html) for a file or folder that may not be written: PERM, READONLY, CANTOPEN. */
const PERMISSION_RESULTS: readonly number[] = [3, 8, 14];
/** SQLite's code of a failed operation of the system, as of creating a file in a read-only folder. */
const IO_RESULT = 10;

/** What an error code of the system says of a folder. */
const REASONS: Readonly<Record<string, string>> = {
  EROFS: 'the disk is read-only',
  EACCES: 'you have no permission to write there',
  EPERM: 'you have no permission to write there',
  ENOENT: 'it does not exist and cannot be created',
};

/**
 * Turns the error of a folder that cannot be written into `DataDirNotWritable`; other errors stay as they are. Only for
 * errors of opening or creating files of the program's own: there an absent folder is one that could not be made.
 */
export function toNotWritableError(folder: string, error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof GgenError) return error;
  const reason = reasonOf(folder, error);
  if (reason === undefined) return error;
  return new GgenError(
    'DataDirNotWritable',
    `The data folder ${folder} cannot be written: ${reason}. Make it writable, or choose another folder.`,
    { details: { path: folder }, cause: error },
  );
}

function reasonOf(folder: string, error: Error): string | undefined {
  if ('errcode' in error && typeof error.errcode === 'number') {
    const result = error.errcode & 0xff;
    const isDenied = PERMISSION_RESULTS.includes(result) || (result === IO_RESULT && accessError(folder) !== undefined);
    return isDenied ? (accessError(folder) ?? 'one of its files is read-only') : undefined;
  }
  return 'code' in error && typeof error.code === 'string' ? REASONS[error.code] : undefined;
}

/** Why this user cannot write into a folder; undefined when that is possible. */
function accessError(folder: string): string | undefined {
  try {
    accessSync(folder, constants.W_OK);
    return undefined;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    return REASONS[code] ?? 'it cannot be accessed';
  }
}
