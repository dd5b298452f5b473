import { lstat } from 'node:fs/promises';
import { join, posix, relative, sep } from 'node:path';
import { GgenError } from '../../../shared/errors.ts';
import type { Diagnostic, InstalledPackage, PackRule } from '../../../shared/model.ts';
import { DEFAULT_PACKAGES_FOLDER, LOCK_FILE, lockedId } from '../../install/lock/lock-file.ts';
import type { LockFile, LockedPackage } from '../../install/lock/lock-file.ts';
import { readProjectLock } from '../../install/lock/project-lock.ts';
import { folderOf } from '../../install/lock/folders.ts';
import { foldCase } from '../../paths/path-safety.ts';
import { RULES } from '../selection/pack-rules.ts';
import { readManifest } from '../manifest/read-manifest.ts';
import { isWorkspaceRoot } from '../workspaces/workspace-root.ts';

/** Folder of a package whose plain name is taken: `~` and the end of the publisher's id before the name. */
const QUALIFIED_FOLDER = /^~[1-9A-HJ-NP-Za-km-z]{8}-/;

/** A package that this machine installed below the project's folder. */
export type KnownInstall = Pick<InstalledPackage, 'id' | 'path'>;

/** Why a folder is not packed, or why it is packed with a remark. */
export type FolderDecision =
  { readonly skip: PackRule; readonly remark?: Diagnostic } | { readonly remark: Diagnostic } | undefined;

/**
 * Recognizes the packages that are installed in a project. They belong to other publishers, so a release must not
 * contain them. The lock file of the project decides, and that of each folder below it.
 */
export class InstalledPackages {
  readonly #root: string;
  /** Lock files by their folder, relative to the root. */
  readonly #locks = new Map<string, LockFile>();
  /** Package id by path relative to the root, with forward slashes. */
  readonly #known: ReadonlyMap<string, string>;
  #workspace: Promise<boolean> | undefined;

  private constructor(root: string, known: readonly KnownInstall[]) {
    this.#root = root;
    this.#known = new Map(
      known.map(({ id, path }) => [relative(root, path).split(sep).join('/').normalize('NFC'), id]),
    );
  }

  /**
   * @param root absolute path of the project, links resolved
   * @param known what the catalog lists; it finds packages whose folder the lock file does not tell
   * @throws GgenError LockInvalid when the project's own lock file cannot be read
   */
  static async of(root: string, known: readonly KnownInstall[] = []): Promise<InstalledPackages> {
    const packages = new InstalledPackages(root, known);
    packages.#locks.set('', await readProjectLock(root));
    return packages;
  }

  /** Those of a repository around the project, whose own lock file need not be valid. @param root as for `of` */
  static async ofRepository(root: string, known: readonly KnownInstall[] = []): Promise<InstalledPackages> {
    const packages = new InstalledPackages(root, known);
    await packages.#read('');
    return packages;
  }

  /** Packages that the project's own lock file lists. */
  get locked(): readonly LockedPackage[] {
    return this.#locks.get('')?.packages ?? [];
  }

  /**
   * Reads the lock file of a folder below the root. A file of that name that is no valid lock file is a file like any
   * other, for example a test fixture.
   *
   * @returns whether the folder has a lock file
   */
  async enter(folder: string): Promise<boolean> {
    return folder === '' || this.#read(folder);
  }

  async #read(folder: string): Promise<boolean> {
    try {
      this.#locks.set(folder, await readProjectLock(join(this.#root, folder)));
      return true;
    } catch (error) {
      if (error instanceof GgenError) return false;
      throw error;
    }
  }

  /** Decides about a folder before the walk enters it. */
  async decide(path: string, absolutePath: string): Promise<FolderDecision> {
    const lock = this.#lockAbove(path);
    const known = this.#known.get(path);
    const name = foldCase(posix.basename(path));
    const isInPackagesFolder =
      posix.dirname(path) === posix.join(lock.folder, lock.packagesFolder ?? DEFAULT_PACKAGES_FOLDER);
    const entry = lock.packages.find((one) => lockedId(one) === known || foldCase(folderOf(one)) === name);
    if (entry !== undefined) {
      const isInstalled = lockedId(entry) === known || isInPackagesFolder || (await isRelease(absolutePath, entry));
      if (isInstalled) return { skip: RULES.installed };
    }
    const moved = await movedRelease(absolutePath, lock.packages);
    if (moved !== undefined) return { skip: RULES.installed, remark: copyOf(path, moved) };
    if (known !== undefined) return { remark: notLocked(path) };
    const isSuspect = isInPackagesFolder && (await this.#hasInstalledShape(path, absolutePath));
    return isSuspect ? { remark: notLocked(path) } : undefined;
  }

  #lockAbove(path: string): LockFile & { readonly folder: string } {
    for (let folder = parentOf(path); ; folder = parentOf(folder)) {
      const lock = this.#locks.get(folder);
      if (lock !== undefined || folder === '') return { packages: [], ...lock, folder };
    }
  }

  /** Folders below `packages` with a manifest of their name are members when the project is a workspace. */
  async #hasInstalledShape(path: string, absolutePath: string): Promise<boolean> {
    const folder = posix.basename(path);
    if (QUALIFIED_FOLDER.test(folder)) return true;
    const manifest = await readManifest(absolutePath, undefined).catch(() => undefined);
    if (manifest?.name !== folder) return false;
    return !(await (this.#workspace ??= isWorkspaceRoot(this.#root)));
  }
}

function parentOf(path: string): string {
  const parent = posix.dirname(path);
  return parent === '.' ? '' : parent;
}

/** Whether a folder has a locked package's manifest: it may be installed in another folder than `packages`. */
async function isRelease(absolutePath: string, { name, version }: LockedPackage): Promise<boolean> {
  if (!(await lstat(absolutePath)).isDirectory()) return false;
  const manifest = await readManifest(absolutePath, undefined).catch(() => undefined);
  return manifest?.name === name && manifest.version === version;
}

/** The locked package whose release a folder is by its manifest: its folder was moved, renamed or copied. */
async function movedRelease(
  absolutePath: string,
  packages: readonly LockedPackage[],
): Promise<LockedPackage | undefined> {
  if (packages.length === 0 || !(await lstat(absolutePath)).isDirectory()) return undefined;
  const manifest = await readManifest(absolutePath, undefined).catch(() => undefined);
  return packages.find(({ name, version }) => manifest?.name === name && manifest.version === version);
}

function copyOf(path: string, { name, version }: LockedPackage): Diagnostic {
  const message =
    `"${path}" is left out: its manifest is that of ${name}@${version}, which ${LOCK_FILE} lists as a dependency. ` +
    'If the project needs its own copy, give the copy another name or version in its manifest.';
  return { severity: 'warning', code: 'installation-moved', message, path };
}

function notLocked(path: string): Diagnostic {
  const message =
    `"${path}" looks like an installed package, but ${LOCK_FILE} does not list it, so its files are published as yours. ` +
    'If it belongs to another publisher, reinstall it or add the folder to .ggenignore.';
  return { severity: 'warning', code: 'installation-not-locked', message, path };
}
