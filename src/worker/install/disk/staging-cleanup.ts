import { rm } from 'node:fs/promises';
import { basename } from 'node:path';
import { STAGING_PREFIX } from './staging-prefix.ts';

/** Table of the staging folders that are in use. */
export interface StagingFolderStore {
  add(path: string): void;
  remove(path: string): void;
  list(): string[];
}

/** Removes staging folders of killed engines. A folder that cannot be removed is retried at the next start. */
export async function removeStaleStagingFolders(stagingFolders: StagingFolderStore): Promise<void> {
  for (const path of stagingFolders.list()) {
    // Checks the name, so that a damaged row cannot remove a folder of the user.
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
