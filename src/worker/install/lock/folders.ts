import { lstat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { GgenError } from '../../../shared/errors.ts';
import { checkPath, foldCase } from '../../paths/path-safety.ts';
import { DEFAULT_PACKAGES_FOLDER, lockedId, qualifiedFolder } from './lock-file.ts';
import type { LockedPackage } from './lock-file.ts';

/** Returns the absolute path of the packages' folder. @throws GgenError InvalidRequest */
export function packagesFolder(project: string, folder = DEFAULT_PACKAGES_FOLDER): string {
  const reason = folder === '' ? undefined : checkPath(folder);
  if (reason === undefined) return join(project, folder);
  throw new GgenError('InvalidRequest', `The packages folder ${JSON.stringify(folder)} ${reason}.`);
}

/**
 * Rejects a packages' folder that is reached through a symbolic link: a cloned project must not write packages
 * elsewhere.
 *
 * @throws GgenError UnsafePath
 */
export async function assertNoSymlinks(project: string, into: string): Promise<void> {
  let path = project;
  for (const segment of relative(project, into).split(sep)) {
    path = join(path, segment);
    if ((await lstat(path).catch(() => undefined))?.isSymbolicLink() !== true) continue;
    throw new GgenError('UnsafePath', `${path} is a symbolic link. Packages are not written through links.`, {
      details: { path },
    });
  }
}

/** A locked package whose folder is not chosen yet. */
export type UnassignedPackage = Omit<LockedPackage, 'folder'>;

/**
 * Chooses a folder for each package: its name, or its qualified name where the name is taken or invalid on some system.
 * Folders in the lock file stay, so that nothing moves.
 *
 * @param occupied ids of packages whose plain folder holds files of the user
 * @throws GgenError DependencyConflict when two packages get the same folder
 */
export function assignFolders(
  entries: readonly UnassignedPackage[],
  locked: readonly LockedPackage[],
  occupied: ReadonlySet<string> = new Set(),
): ReadonlyMap<string, LockedPackage> {
  const lockedById = new Map(locked.map((entry) => [lockedId(entry), entry]));
  const taken = new Map<string, string>(locked.map((entry) => [foldCase(folderOf(entry)), lockedId(entry)]));
  const assigned = new Map<string, LockedPackage>();
  for (const entry of entries) {
    const id = lockedId(entry);
    const lockedEntry = lockedById.get(id);
    const isNameFree = (taken.get(foldCase(entry.name)) ?? id) === id && !occupied.has(id);
    const usesPlainName = isNameFree && checkPath(entry.name) === undefined;
    const folder =
      lockedEntry === undefined ? (usesPlainName ? undefined : qualifiedFolder(entry)) : lockedEntry.folder;
    const assignedEntry = folder === undefined ? entry : { ...entry, folder };
    const key = foldCase(folderOf(assignedEntry));
    if ((taken.get(key) ?? id) !== id) throw folderConflict(id, taken.get(key) ?? '');
    taken.set(key, id);
    assigned.set(id, assignedEntry);
  }
  return assigned;
}

/** Name of the folder of a locked package. */
export function folderOf({ name, folder }: Pick<LockedPackage, 'name' | 'folder'>): string {
  return folder ?? name;
}

function folderConflict(id: string, other: string): GgenError {
  return new GgenError('DependencyConflict', `${id} and ${other} would use the same folder.`, {
    details: { id, other },
  });
}
