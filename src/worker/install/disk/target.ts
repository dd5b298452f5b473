import { access, constants, lstat, readdir } from 'node:fs/promises';
import { dirname, isAbsolute, resolve } from 'node:path';
import { GgenError, errorMessage } from '../../../shared/errors.ts';
import type { Swap } from '../../catalog/tables/install-transactions.ts';

/**
 * Check early that a target can be installed into: absolute, and absent or an empty folder.
 *
 * @returns the path, normalized, and what stands there
 * @throws GgenError InvalidRequest, TargetNotEmpty, TargetNotWritable
 */
export async function checkTarget(target: string): Promise<{ path: string; before: Swap['before'] }> {
  const path = absolutePath(target, 'The folder to install into');
  const entries = await readdir(path).catch((error: unknown) => {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    throw code === 'ENOTDIR' ? targetNotEmptyError(path) : targetNotWritableError(path, error as NodeJS.ErrnoException);
  });
  if (entries !== undefined && entries.length > 0) throw targetNotEmptyError(path);
  // An empty folder that is a link is not ours to replace.
  if (entries !== undefined && !(await lstat(path)).isDirectory()) throw targetNotEmptyError(path);
  await checkWritable(path);
  return { path, before: entries === undefined ? 'nothing' : 'empty-folder' };
}

/** @throws GgenError InvalidRequest unless the path is absolute */
export function absolutePath(path: string, what: string): string {
  if (isAbsolute(path) && !path.includes('\0')) return resolve(path);
  throw new GgenError('InvalidRequest', `${what} must be an absolute path, not '${path}'.`);
}

/** Whether the nearest folder that exists can be written to: better known before anything is fetched than after. */
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

/** What to tell of an error that comes from writing to `path`; anything else comes back as it is. */
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
    `${path} is not an empty folder, and nothing in it is overwritten. Choose a folder that does not exist yet.`,
    { details: { path } },
  );
}

const REASONS: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the quota of the disk is used up',
  EFBIG: 'a file is larger than this system allows',
  EACCES: 'writing there is not allowed',
  EPERM: 'writing there is not allowed, or a program has a file of it open',
  EBUSY: 'a program has a file of it open',
  EROFS: 'writing there is not allowed',
  EISDIR: 'there is a folder of that name',
};

export function targetNotWritableError(path: string, cause: NodeJS.ErrnoException): GgenError {
  const reason = REASONS[cause.code ?? ''] ?? errorMessage(cause);
  return new GgenError('TargetNotWritable', `${path} could not be written to: ${reason}. Nothing was changed.`, {
    details: { path },
    cause,
  });
}
