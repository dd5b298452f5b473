import { access, constants, lstat, readdir } from 'node:fs/promises';
import { dirname, isAbsolute, resolve } from 'node:path';
import { GgenError, errorMessage } from '../../../shared/errors.ts';
import { realParentPath } from './real-path.ts';
import type { Swap } from '../../catalog/tables/install-transactions.ts';

/**
 * Checks early that a target can be installed into: an absolute path that does not exist or is an empty folder.
 *
 * @returns the path without symbolic links above the target, and what exists there
 * @throws GgenError InvalidRequest, TargetNotEmpty, TargetNotWritable
 */
export async function checkTarget(target: string): Promise<{ path: string; before: Swap['before'] }> {
  const path = await realParentPath(absolutePath(target, 'The folder to install into'));
  const entries = await readdir(path).catch((error: unknown) => {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    throw code === 'ENOTDIR' ? targetNotEmptyError(path) : targetNotWritableError(path, error as NodeJS.ErrnoException);
  });
  if (entries !== undefined && entries.length > 0) throw targetNotEmptyError(path);
  // A link to an empty folder is the user's; it is not replaced.
  if (entries !== undefined && !(await lstat(path)).isDirectory()) throw targetNotEmptyError(path);
  await checkWritable(path);
  return { path, before: entries === undefined ? 'nothing' : 'empty-folder' };
}

/** @throws GgenError InvalidRequest unless the path is absolute */
export function absolutePath(path: string, what: string): string {
  if (isAbsolute(path) && !path.includes('\0')) return resolve(path);
  throw new GgenError('InvalidRequest', `${what} must be an absolute path, not '${path}'.`);
}

/**
 * Checks the nearest existing folder for write permission, so that a failure comes before anything is fetched.
 *
 * @throws GgenError TargetNotWritable
 */
export async function checkWritable(path: string): Promise<void> {
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    try {
      await access(folder, constants.W_OK | constants.X_OK);
      return;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== 'ENOENT' || folder === dirname(folder))
        throw targetNotWritableError(path, error as NodeJS.ErrnoException);
    }
  }
}

/** Converts an error of writing to `path` into a GgenError; returns any other error unchanged. */
export function toTargetError(path: string, error: unknown): unknown {
  if (!(error instanceof Error && 'syscall' in error)) return error;
  const failure = error as NodeJS.ErrnoException;
  return failure.code === 'ENOTEMPTY' || failure.code === 'EEXIST'
    ? targetNotEmptyError(path)
    : targetNotWritableError(path, failure);
}

export function targetNotEmptyError(path: string): GgenError {
  return new GgenError(
    'TargetNotEmpty',
    `${path} is not an empty folder, and its files are not overwritten. Choose a folder that does not exist yet.`,
    { details: { path } },
  );
}

const REASONS: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the quota of the disk is used up',
  EFBIG: 'a file is larger than this system allows',
  EACCES: 'permission is denied',
  EPERM: 'permission is denied, or another program has one of its files open',
  EBUSY: 'another program has one of its files open',
  EROFS: 'the disk is read-only',
  EISDIR: 'a folder of that name exists',
};

export function targetNotWritableError(path: string, cause: NodeJS.ErrnoException): GgenError {
  const reason = REASONS[cause.code ?? ''] ?? errorMessage(cause);
  return new GgenError('TargetNotWritable', `${path} could not be written: ${reason}. Nothing was changed.`, {
    details: { path },
    cause,
  });
}
