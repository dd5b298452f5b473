import { readFile, stat } from 'node:fs/promises';

/**
 * Processes that hold a write lock on a file, as the kernel lists them; undefined on systems that have no such list. Trying
 * the lock instead would take it.
 */
export async function lockHolders(path: string): Promise<number[] | undefined> {
  const locks = await readFile('/proc/locks', 'utf8').catch(() => undefined);
  if (locks === undefined) return undefined;
  const { ino } = await stat(path);
  const lockPids = locks
    .split('\n')
    .map((line) => /POSIX\s+ADVISORY\s+WRITE\s+(\d+)\s+[0-9a-f]+:[0-9a-f]+:(\d+)\s/.exec(line))
    .filter((match) => match !== null)
    .filter(([, , inode]) => Number(inode) === ino)
    .map(([, pid]) => Number(pid));
  return [...new Set(lockPids)];
}
