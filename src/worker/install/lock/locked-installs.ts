import { lstat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { errorName } from '../../../shared/errors.ts';
import type { InstalledPackage } from '../../../shared/model.ts';
import type { Catalog } from '../../catalog/catalog.ts';
import { realPath } from '../disk/real-path.ts';
import { folderOf, packagesFolder } from './folders.ts';
import { LOCK_FILE, lockedId } from './lock-file.ts';
import { findProject, readProjectLock } from './project-lock.ts';

/** Dependencies of `listInstalled`. */
export interface ListInstalledDeps {
  readonly catalog: {
    readonly installs: Pick<Catalog['installs'], 'list' | 'remove'>;
    readonly installTransactions: Pick<Catalog['installTransactions'], 'list'>;
  };
}

/** Dependencies of `findInstalled`. */
export interface FindInstalledDeps {
  readonly catalog: { readonly installs: Pick<Catalog['installs'], 'getByPath'> };
}

/**
 * Lists the installed packages. In a project the lock file says what is installed, so that a moved project and a fresh
 * clone are known, with or without the folders of their packages. Installations whose folder is gone are forgotten, unless their project can restore
 * them or their disk may be unavailable.
 *
 * @param folders absolute paths; the project of each is listed, whether this machine installed it or not
 * @param strict whether a lock file of these projects that cannot be read is an error; else it lists no package
 * @returns most recently installed first
 * @throws GgenError LockInvalid
 */
export async function listInstalled(
  { catalog: { installs, installTransactions } }: ListInstalledDeps,
  { folders, strict }: { readonly folders: readonly string[]; readonly strict: boolean },
): Promise<InstalledPackage[]> {
  const rows = installs.list();
  const projects = new Set(rows.flatMap(({ project }) => project ?? []));
  for (const project of await projectsOf(folders)) {
    if (strict) await readProjectLock(project);
    projects.add(project);
  }
  const locked = (await Promise.all([...projects].map(readablePackages))).flat();
  const lockedByPath = new Map(locked.map((one) => [one.path, one]));
  const listed: InstalledPackage[] = [];
  for (const row of rows) {
    const entry = lockedByPath.get(row.path);
    if (isSame(row, entry) || (entry === undefined && (await exists(row.path)))) listed.push(row);
    // During an installation, a folder does not exist for a moment.
    else if (
      entry === undefined &&
      installTransactions.list().length === 0 &&
      (await exists(dirname(row.project ?? row.path)))
    )
      installs.remove(row.path);
  }
  const listedPaths = new Set(listed.map(({ path }) => path));
  for (const entry of locked) {
    if (listedPaths.has(entry.path)) continue;
    listed.push(await installedFrom(entry));
  }
  return listed.sort((a, b) => b.installedAt - a.installedAt);
}

async function projectsOf(folders: readonly string[]): Promise<string[]> {
  const projects = await Promise.all(folders.map(async (folder) => findProject(await realPath(folder))));
  return projects.filter((project) => project !== undefined);
}

/**
 * Finds the package that is installed at a path: the one that the lock file of its project lists there, else the one
 * that this machine installed there.
 *
 * @param path absolute, without symbolic links
 * @throws GgenError LockInvalid
 */
export async function findInstalled(
  { catalog: { installs } }: FindInstalledDeps,
  path: string,
): Promise<InstalledPackage | undefined> {
  const row = installs.getByPath(path);
  const project = await findProject(dirname(path));
  const locked = project === undefined ? [] : await lockedPackages(project);
  const entry = locked.find((one) => one.path === path);
  return entry === undefined || isSame(row, entry) ? row : await installedFrom(entry);
}

/** A package that a lock file lists; its folder may not exist. */
type LockedInstall = Omit<InstalledPackage, 'installedAt'> & { readonly project: string };

/** The packages that a project's lock file lists. @throws GgenError LockInvalid */
async function lockedPackages(project: string): Promise<LockedInstall[]> {
  const { packages, packagesFolder: folder } = await readProjectLock(project);
  const into = packagesFolder(project, folder);
  return packages.map((entry): LockedInstall => {
    const { publisher, name, version, root, files, size } = entry;
    const path = join(into, folderOf(entry));
    return { id: lockedId(entry), publisher, name, version, root, files, size, path, project };
  });
}

/** None where the lock file cannot be read. */
async function readablePackages(project: string): Promise<LockedInstall[]> {
  try {
    return await lockedPackages(project);
  } catch (error) {
    if (errorName(error) === 'LockInvalid') return [];
    throw error;
  }
}

function isSame(row: InstalledPackage | undefined, entry: LockedInstall | undefined): boolean {
  return entry !== undefined && row?.id === entry.id && row.root === entry.root;
}

/** A locked package without a folder is to be installed: it is dated by its lock file. */
async function installedFrom(entry: LockedInstall): Promise<InstalledPackage> {
  const stat = await lstat(entry.path).catch(() => undefined);
  const dated =
    stat?.isDirectory() === true ? stat : await lstat(join(entry.project, LOCK_FILE)).catch(() => undefined);
  return { ...entry, installedAt: Math.floor(dated?.mtimeMs ?? 0) };
}

async function exists(path: string): Promise<boolean> {
  return (await lstat(path).catch(() => undefined)) !== undefined;
}
