import { randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { access, constants, mkdir, readdir, rename, rm, rmdir, stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { CID } from 'multiformats/cid';
import type { Blockstore } from 'interface-blockstore';
import type { InstallProgress } from '../../shared/api.ts';
import { GgenError, errorMessage } from '../../shared/errors.ts';
import { verifiedSource } from './blocks.ts';
import { checkTree } from './path-safety.ts';
import { STAGING_PREFIX } from './staging-prefix.ts';
import type { StagingNotes } from './stagings.ts';
import { throttled } from './throttle.ts';
import { listTree } from './tree.ts';
import type { TreeFile } from './tree.ts';

export interface WriteTreeOptions {
  readonly store: Blockstore;
  readonly notes: StagingNotes;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: InstallProgress) => void;
}

/**
 * Check early that a target can be installed into: absolute, and absent or an empty folder.
 *
 * @throws GgenError InvalidRequest, TargetNotEmpty, TargetNotWritable
 */
export async function checkTarget(target: string): Promise<string> {
  if (!isAbsolute(target)) {
    throw new GgenError('InvalidRequest', `The folder to install into must be an absolute path, not '${target}'.`);
  }
  const path = resolve(target);
  const entries = await readdir(path).catch((error: unknown) => {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return [];
    throw code === 'ENOTDIR' ? notEmpty(path) : notWritable(path, error as NodeJS.ErrnoException);
  });
  if (entries.length > 0) throw notEmpty(path);
  await checkWritable(path);
  return path;
}

/** Whether the nearest folder that exists can be written to: better known before anything is fetched than after. */
async function checkWritable(path: string): Promise<void> {
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    try {
      await access(folder, constants.W_OK | constants.X_OK);
      return;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== 'ENOENT' || folder === dirname(folder)) throw notWritable(path, error as NodeJS.ErrnoException);
    }
  }
}

/**
 * Write a release, whose blocks are all in the store, to `target`. Every path is checked before the first byte is
 * written; files go to a staging folder beside the target, which is renamed at the end: the whole release is there, or
 * nothing changed.
 *
 * @returns number of files and their bytes
 * @throws GgenError UnsafePath, ContentCorrupt, TargetNotEmpty, TargetNotWritable
 */
export async function writeTree(
  root: CID,
  target: string,
  { store, notes, signal, onProgress }: WriteTreeOptions,
): Promise<{ files: number; size: number }> {
  const files = await listTree(root, verifiedSource(store), signal);
  refuseUnsafe(files);
  const totalBytes = files.reduce((sum, { size }) => sum + size, 0);
  const staging = join(dirname(target), `${STAGING_PREFIX}${basename(target)}-${randomBytes(4).toString('hex')}`);
  let made: string | undefined;
  notes.add(staging);
  try {
    made = await mkdir(dirname(target), { recursive: true });
    await mkdir(staging);
    await writeFiles(files, staging, signal, writeProgress(onProgress, files.length, totalBytes));
    await moveIntoPlace(staging, target);
  } catch (error) {
    await rm(staging, { recursive: true, force: true });
    if (made !== undefined) await removeEmpty(dirname(target), made);
    throw isFileSystemError(error) ? notWritable(target, error) : error;
  } finally {
    notes.remove(staging);
  }
  onProgress({ phase: 'write', files: files.length, bytes: totalBytes, totalFiles: files.length, totalBytes });
  return { files: files.length, size: totalBytes };
}

/** Remove the folders from `inner` up to `outer`, which were made for nothing; one that is in use by now stays. */
async function removeEmpty(inner: string, outer: string): Promise<void> {
  for (let folder = inner; folder.length >= outer.length; folder = dirname(folder)) {
    try {
      await rmdir(folder);
    } catch {
      return;
    }
  }
}

function refuseUnsafe(files: readonly TreeFile[]): void {
  const problems = checkTree(files.map(({ path }) => path));
  const [first] = problems;
  if (first === undefined) return;
  throw new GgenError(
    'UnsafePath',
    `The package contains a path that is not safe to write: ${JSON.stringify(first.path)} (${first.reason}). Nothing was installed.`,
    { details: { path: first.path, problems: problems.length } },
  );
}

async function writeFiles(
  files: readonly TreeFile[],
  staging: string,
  signal: AbortSignal,
  written: (bytes: number) => void,
): Promise<void> {
  const folders = new Set(files.map(({ path }) => dirname(path)).filter((folder) => folder !== '.'));
  for (const folder of folders) await mkdir(join(staging, folder), { recursive: true });
  for (const file of files) {
    signal.throwIfAborted();
    // 'wx': two entries that the file system takes for one must fail, not overwrite each other.
    await pipeline(file.content(signal), createWriteStream(join(staging, file.path), { flags: 'wx' }), { signal });
    written(file.size);
  }
}

async function moveIntoPlace(staging: string, target: string): Promise<void> {
  const existing = await stat(target).catch(() => undefined);
  if (existing !== undefined) {
    await rmdir(target).catch(() => {
      throw notEmpty(target);
    });
  }
  await rename(staging, target).catch((error: unknown) => {
    const { code } = error as NodeJS.ErrnoException;
    throw code === 'ENOTEMPTY' || code === 'EEXIST' ? notEmpty(target) : error;
  });
}

function writeProgress(
  onProgress: (progress: InstallProgress) => void,
  totalFiles: number,
  totalBytes: number,
): (bytes: number) => void {
  let files = 0;
  let bytes = 0;
  const report = throttled(onProgress);
  return (more) => {
    files++;
    bytes += more;
    report(() => ({ phase: 'write', files, bytes, totalFiles, totalBytes }));
  };
}

function isFileSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error;
}

function notEmpty(path: string): GgenError {
  return new GgenError(
    'TargetNotEmpty',
    `${path} is not an empty folder, and nothing in it is overwritten. Choose a folder that does not exist yet.`,
    { details: { path } },
  );
}

function notWritable(path: string, cause: NodeJS.ErrnoException): GgenError {
  const why =
    cause.code === 'ENOSPC'
      ? 'the disk is full'
      : cause.code === 'EACCES' || cause.code === 'EPERM' || cause.code === 'EROFS'
        ? 'writing there is not allowed'
        : errorMessage(cause);
  return new GgenError(
    'TargetNotWritable',
    `The package could not be written to ${path}: ${why}. Nothing was installed.`,
    {
      details: { path },
      cause,
    },
  );
}
