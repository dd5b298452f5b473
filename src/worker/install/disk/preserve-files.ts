import { copyFile, link, lstat, mkdir, readdir, readlink, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/**
 * Hard-links the user's files into another folder of the same disk, so that the old folder can be removed; copies where
 * the file system has no hard links. Folders and symbolic links are created again.
 *
 * @param paths relative, with forward slashes; a folder's path ends with one
 * @throws Node's error
 */
export async function preserveLocalFiles(
  from: string,
  to: string,
  paths: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  for (const path of paths) {
    await mkdir(dirname(join(to, path)), { recursive: true });
    await preserveEntry(join(from, path), join(to, path), signal);
  }
}

async function preserveEntry(from: string, to: string, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const entry = await lstat(from);
  if (entry.isSymbolicLink()) await symlink(await readlink(from), to);
  else if (entry.isDirectory()) {
    await mkdir(to);
    for (const name of await readdir(from)) await preserveEntry(join(from, name), join(to, name), signal);
  } else await link(from, to).catch(() => copyFile(from, to));
}
