import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** Distinguishes two states of a file without reading it. All folders have the same stamp. */
interface FileStamp {
  readonly inode: bigint;
  readonly size: bigint;
  readonly mode: bigint;
  /** Nanoseconds since the epoch. */
  readonly modifiedNs: bigint;
}

/** Everything in a folder at one moment, by relative path with forward slashes; a folder's path ends with a slash. */
export type FolderSnapshot = ReadonlyMap<string, FileStamp>;

const FOLDER: FileStamp = { inode: 0n, size: 0n, mode: 0n, modifiedNs: 0n };

/** @throws Node's error when a folder cannot be read */
export async function takeFolderSnapshot(folder: string, signal: AbortSignal): Promise<FolderSnapshot> {
  const snapshot = new Map<string, FileStamp>();
  const queue = [''];
  for (let current = queue.pop(); current !== undefined; current = queue.pop()) {
    signal.throwIfAborted();
    const entries = await readdir(join(folder, current), { withFileTypes: true });
    await Promise.all(
      entries.map(async (entry) => {
        const path = current + entry.name;
        if (entry.isDirectory()) {
          snapshot.set(`${path}/`, FOLDER);
          queue.push(`${path}/`);
          return;
        }
        const stamp = await readFileStamp(join(folder, path));
        if (stamp !== undefined) snapshot.set(path, stamp);
      }),
    );
  }
  return snapshot;
}

/**
 * Returns the paths that were created or written since the snapshot and whose new content would be lost. A file that
 * has the same inode in the staging folder is preserved by a hard link and is not returned, and neither are deleted
 * files.
 */
export async function findChangesSince(
  before: FolderSnapshot,
  folder: string,
  staging: string | undefined,
  signal: AbortSignal,
): Promise<string[]> {
  const changed: string[] = [];
  for (const [path, current] of await takeFolderSnapshot(folder, signal)) {
    const previous = before.get(path);
    if (previous !== undefined && isEqual(previous, current)) continue;
    const preserved =
      staging === undefined || current === FOLDER ? undefined : await readFileStamp(join(staging, path));
    if (preserved?.inode !== current.inode) changed.push(path);
  }
  return changed.sort();
}

function isEqual(a: FileStamp, b: FileStamp): boolean {
  return a.inode === b.inode && a.size === b.size && a.mode === b.mode && a.modifiedNs === b.modifiedNs;
}

/** Undefined when the path does not exist. */
async function readFileStamp(path: string): Promise<FileStamp | undefined> {
  const stat = await lstat(path, { bigint: true }).catch(() => undefined);
  return stat === undefined
    ? undefined
    : { inode: stat.ino, size: stat.size, mode: stat.mode, modifiedNs: stat.mtimeNs };
}
