import { lstat } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** Parent folders searched for a repository. */
const MAX_PARENT_LEVELS = 64;

/**
 * The nearest folder with a `.git`, from this one upwards.
 *
 * @param root absolute, links resolved
 */
export async function findRepositoryRoot(root: string): Promise<string | undefined> {
  let folder = root;
  for (let level = 0; level < MAX_PARENT_LEVELS; level++) {
    const found = await lstat(join(folder, '.git')).catch(() => undefined);
    if (found !== undefined) return folder;
    const parent = dirname(folder);
    if (parent === folder) return undefined;
    folder = parent;
  }
  return undefined;
}
