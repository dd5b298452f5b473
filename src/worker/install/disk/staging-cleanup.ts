import { rm } from 'node:fs/promises';
import { basename } from 'node:path';
import { STAGING_PREFIX } from './staging-prefix.ts';

/** Where the folders that are being filled are noted. */
export interface StagingFolderStore {
  add(path: string): void;
  remove(path: string): void;
  list(): string[];
}

/** Remove what installations left behind when their engine was killed. A folder that can't be removed is tried again. */
export async function removeStaleStagingFolders(stagingFolders: StagingFolderStore): Promise<void> {
  for (const path of stagingFolders.list()) {
    // Only what an installation made: the note alone is no reason to remove a folder of the user.
    if (basename(path).startsWith(STAGING_PREFIX)) {
      try {
        await rm(path, { recursive: true, force: true });
      } catch {
        continue;
      }
    }
    stagingFolders.remove(path);
  }
}
