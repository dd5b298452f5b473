import { constants } from 'node:fs';
import { lstat, open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { GgenError } from '../../../shared/errors.ts';
import { LOCK_FILE, MAX_LOCK_BYTES, parseLock } from './lock-file.ts';
import type { LockFile } from './lock-file.ts';

/** The lock file of a project. */
export interface ProjectLock extends LockFile {
  /** Absolute path. */
  readonly path: string;
  /** Absent when the file does not exist. */
  readonly text?: string;
}

/**
 * Reads the lock file of a project; a missing one lists no packages.
 *
 * @throws GgenError LockInvalid
 */
export async function readProjectLock(project: string): Promise<ProjectLock> {
  const path = join(project, LOCK_FILE);
  const text = await readSmallFile(path);
  return text === undefined ? { path, packages: [] } : { path, text, ...parseLock(text) };
}

/**
 * Finds the project that a folder belongs to: the folder itself or the nearest one above that holds a lock file.
 *
 * @param folder an absolute path without symbolic links
 */
export async function findProject(folder: string): Promise<string | undefined> {
  for (let at = folder; ; at = dirname(at)) {
    const found = await lstat(join(at, LOCK_FILE)).catch(() => undefined);
    if (found?.isFile() === true) return at;
    if (at === dirname(at)) return undefined;
  }
}

async function readSmallFile(path: string): Promise<string | undefined> {
  const { O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants as Partial<typeof constants>;
  const file = await open(path, constants.O_RDONLY | O_NOFOLLOW | O_NONBLOCK).catch((error: unknown) => {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw unreadable(path, error);
  });
  if (file === undefined) return undefined;
  try {
    const { size } = await file.stat();
    if (!(await file.stat()).isFile() || size > MAX_LOCK_BYTES) throw unreadable(path, undefined);
    return await file.readFile('utf8');
  } finally {
    await file.close();
  }
}

function unreadable(path: string, cause: unknown): GgenError {
  return new GgenError(
    'LockInvalid',
    `${path} cannot be read. It must be a regular file of at most ${MAX_LOCK_BYTES / 1024 / 1024} MiB.`,
    { details: { path }, cause },
  );
}
