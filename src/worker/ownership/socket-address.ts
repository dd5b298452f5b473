import { createHash } from 'node:crypto';
import { lstat, mkdir, realpath } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { errorMessage, GgenError } from '../../shared/errors.ts';
import { toNotWritableError } from '../../platform/not-writable.ts';

/** Longest path of a unix socket that every system accepts: macOS allows 103 bytes, Linux 107. */
const MAX_SOCKET_PATH_BYTES = 100;

/** TMPDIR is not used: it can differ between windows and commands of one user, which would not find each other. */
const SHORT_PATH_PARENT = '/tmp';

/**
 * Where the owner of a data folder is reached: a unix socket in the folder, or in a private folder of this user below /tmp
 * where that path is too long, or a named pipe on Windows. The same folder has the same address, however its path is
 * written. Creates missing folders, for this user only.
 *
 * @param name of the service that answers there: one folder can have several
 * @throws GgenError DataDirNotPrivate when another user can write into the folder; DataDirNotWritable when it cannot be
 *   created; InvalidRequest when the path cannot be that of a folder
 */
export async function socketAddress(dataDir: string, name = 'engine'): Promise<string> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 }).catch((error: unknown) => {
    throw isUnusable(error) ? unusableFolderError(dataDir, error) : toNotWritableError(dataDir, error);
  });
  const folder = await realpath(dataDir);
  if (process.platform === 'win32') {
    return `\\\\.\\pipe\\ggen-p2p-${name}-${digest(`${userInfo().username}\0${folder.toLowerCase()}`)}`;
  }
  await checkPrivate(folder);
  const path = join(folder, `${name}.sock`);
  return Buffer.byteLength(path) <= MAX_SOCKET_PATH_BYTES ? path : await shortAddress(folder, name);
}

async function shortAddress(folder: string, name: string): Promise<string> {
  const uid = process.getuid?.() ?? 0;
  const shared = join(SHORT_PATH_PARENT, `ggen-p2p-${uid}`);
  await mkdir(shared, { recursive: true, mode: 0o700 });
  await checkPrivate(shared);
  return join(shared, `${name}-${digest(folder)}.sock`);
}

/** Another user who can write into the folder could put a socket there, and would receive drafts to sign. */
async function checkPrivate(folder: string): Promise<void> {
  const { uid, mode } = await lstat(folder);
  const isOwnedByUser = uid === process.getuid?.();
  if (isOwnedByUser && (mode & 0o022) === 0) return;
  const reason = isOwnedByUser ? 'other users can write to it' : 'it belongs to another user';
  throw new GgenError(
    'DataDirNotPrivate',
    `The folder ${folder} cannot be used for node data: ${reason}. Restrict it to your user (mode 0700), or choose another folder.`,
    { details: { path: folder } },
  );
}

/** Whether the path itself is unusable: it or a folder above it is a file. */
function isUnusable(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return ['EEXIST', 'ENOTDIR'].includes(code);
}

function unusableFolderError(path: string, cause: unknown): GgenError {
  const message = `The folder ${path} cannot be used for node data: ${errorMessage(cause)}. Choose another folder.`;
  return new GgenError('InvalidRequest', message, { details: { path }, cause });
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}
