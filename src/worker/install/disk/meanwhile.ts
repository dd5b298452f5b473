import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** What tells one state of a file from another without reading it. Folders have no state but that they are there. */
interface Stamp {
  readonly inode: bigint;
  readonly size: bigint;
  /** Nanoseconds since the epoch. */
  readonly modified: bigint;
}

/** Everything in a folder at one moment: relative path, with forward slashes and one at the end of a folder's. */
export type Stamps = ReadonlyMap<string, Stamp>;

const FOLDER: Stamp = { inode: 0n, size: 0n, modified: 0n };

/** @throws Node's error when a folder cannot be read */
export async function stampsOf(folder: string, signal: AbortSignal): Promise<Stamps> {
  const stamps = new Map<string, Stamp>();
  const queue = [''];
  for (let at = queue.pop(); at !== undefined; at = queue.pop()) {
    signal.throwIfAborted();
    const entries = await readdir(join(folder, at), { withFileTypes: true });
    await Promise.all(
      entries.map(async (entry) => {
        const path = at + entry.name;
        if (entry.isDirectory()) {
          stamps.set(`${path}/`, FOLDER);
          queue.push(`${path}/`);
          return;
        }
        const stamp = await stampOf(join(folder, path));
        if (stamp !== undefined) stamps.set(path, stamp);
      }),
    );
  }
  return stamps;
}

/**
 * Paths in a folder that came or were written since its stamps were taken, and whose new state would be lost. A file that is the
 * very same one in the staging folder is not: it went along by a second name. What was deleted is not named.
 */
export async function changedSince(
  before: Stamps,
  folder: string,
  staging: string | undefined,
  signal: AbortSignal,
): Promise<string[]> {
  const changed: string[] = [];
  for (const [path, now] of await stampsOf(folder, signal)) {
    const was = before.get(path);
    if (was !== undefined && isEqual(was, now)) continue;
    const carried = staging === undefined || now === FOLDER ? undefined : await stampOf(join(staging, path));
    if (carried?.inode !== now.inode) changed.push(path);
  }
  return changed.sort();
}

function isEqual(a: Stamp, b: Stamp): boolean {
  return a.inode === b.inode && a.size === b.size && a.modified === b.modified;
}

/** Undefined when there is nothing of that name (any more). */
async function stampOf(path: string): Promise<Stamp | undefined> {
  const stat = await lstat(path, { bigint: true }).catch(() => undefined);
  return stat === undefined ? undefined : { inode: stat.ino, size: stat.size, modified: stat.mtimeNs };
}
