import { lstat, readFile } from 'node:fs/promises';
import { dirname, join, posix, relative, resolve, sep } from 'node:path';
import { isAlwaysExcluded } from '../../../ignore/always-excluded.ts';
import type { IgnoreRules } from '../../../ignore/ignore-rules.ts';
import { LOCK_FILE } from '../../install/lock/lock-file.ts';
import type { GitWorkTree } from '../repository/git-work-tree.ts';
import type { FileSelection } from '../selection/file-selection.ts';
import { InstalledPackages } from './installed-packages.ts';
import type { KnownInstall } from './installed-packages.ts';
import type { PathSet } from '../selection/path-set.ts';
import { readIgnoreFile } from '../selection/read-ignore-file.ts';
import { repositoryIgnoreRules } from './repository-ignore-rules.ts';
import { RepositoryLinks } from '../repository/repository-links.ts';
import type { LinkTarget } from '../repository/repository-links.ts';

/** Links in files of text that lead to one another. */
const MAX_TEXT_LINKS = 8;
/** Longer than the path of any file. */
const MAX_LINK_TEXT_BYTES = 4_096;

export interface ProjectLinksOptions {
  /** Absolute path of the project, links resolved. */
  readonly root: string;
  /** Files that git tracks, relative to the project. Git's ignore files do not apply to them. */
  readonly tracked: PathSet;
  /** Git's ignore files do not apply to the files that it lists. */
  readonly selection: Pick<FileSelection, 'listed' | 'hasOwnList'>;
  readonly installs?: readonly KnownInstall[] | undefined;
  readonly workTree?: Pick<GitWorkTree, 'textLinks'> | undefined;
}

/** A folder of the repository: the rules inside it, or why nothing in it is published. */
type RepositoryFolder = { readonly rules: IgnoreRules } | { readonly reason: string };

/** The links of a project's repository: links do not lead out of its work tree, or without git, out of the project. */
export function repositoryLinks(root: string, workTree: Pick<GitWorkTree, 'root'> | undefined): RepositoryLinks {
  return workTree === undefined
    ? new RepositoryLinks(root, 'project')
    : new RepositoryLinks(workTree.root, 'repository');
}

/**
 * Decides which links of a project are followed. What is ignored, excluded or installed at its own place in the
 * repository is not published through a link either.
 */
export class ProjectLinks {
  readonly #links: RepositoryLinks;
  readonly #options: ProjectLinksOptions;
  /** Path of the project in the repository, with a slash at the end; empty for the root. */
  readonly #base: string;
  readonly #folders = new Map<string, Promise<RepositoryFolder>>();
  #installed: Promise<InstalledPackages> | undefined;

  constructor(links: RepositoryLinks, options: ProjectLinksOptions) {
    this.#links = links;
    this.#options = options;
    const base = toPath(relative(links.boundary, options.root));
    this.#base = base === '' ? '' : `${base}/`;
  }

  /** Whether a file stands for a link, because git checked it out where the file system has none. */
  isTextLink(absolutePath: string): boolean {
    const path = this.inProject(absolutePath);
    return path !== undefined && this.#options.workTree?.textLinks.has(path) === true;
  }

  /** As `RepositoryLinks.resolve`. */
  async follow(link: string, via: readonly string[]): Promise<LinkTarget> {
    const target = await this.#resolve(link, via);
    if ('skip' in target) return target;
    const reason = await this.exclusion(target.path, target.isFolder);
    return reason === undefined ? target : { skip: `symbolic link to ${reason}` };
  }

  /**
   * Says why a file or folder of the repository is not published where it lies; undefined when nothing excludes it.
   *
   * @param absolutePath links resolved
   */
  async exclusion(absolutePath: string, isFolder: boolean): Promise<string | undefined> {
    const path = toPath(relative(this.#links.boundary, absolutePath));
    if (path === '') return undefined;
    const parent = await this.#folder(parentOf(path));
    return 'reason' in parent ? parent.reason : this.#reason(path, isFolder, parent.rules);
  }

  /** Path of a file relative to the project; undefined outside of it. */
  inProject(absolutePath: string): string | undefined {
    const path = toPath(relative(this.#options.root, absolutePath));
    return path === '..' || path.startsWith('../') ? undefined : path;
  }

  async #resolve(link: string, via: readonly string[]): Promise<LinkTarget> {
    let at = link;
    for (let depth = 0; depth < MAX_TEXT_LINKS; depth++) {
      const target = await this.#links.resolve(this.isTextLink(at) ? await textTarget(at) : at, via);
      if ('skip' in target || target.isFolder || !this.isTextLink(target.path)) return target;
      at = target.path;
    }
    return { skip: 'symbolic link to itself' };
  }

  #folder(path: string): Promise<RepositoryFolder> {
    const known = this.#folders.get(path) ?? this.#readFolder(path);
    this.#folders.set(path, known);
    return known;
  }

  async #readFolder(path: string): Promise<RepositoryFolder> {
    const folder = join(this.#links.boundary, path);
    const parent: RepositoryFolder =
      path === '' ? { rules: await repositoryIgnoreRules(folder, undefined) } : await this.#folder(parentOf(path));
    if ('reason' in parent) return parent;
    const reason = path === '' ? undefined : await this.#reason(path, true, parent.rules);
    if (reason !== undefined) return { reason };
    const rules = parent.rules.forFolder(path, {
      gitignore: await readIgnoreFile(join(folder, '.gitignore')),
      ggenignore: await readIgnoreFile(join(folder, '.ggenignore')),
    });
    const hasLock = (await lstat(join(folder, LOCK_FILE)).catch(() => undefined)) !== undefined;
    if (hasLock && path !== '') await (await this.#installedPackages()).enter(path);
    return { rules };
  }

  async #reason(path: string, isFolder: boolean, rules: IgnoreRules): Promise<string | undefined> {
    const what = isFolder ? 'a folder' : 'a file';
    const isWanted = this.#isWanted(path, isFolder);
    if (isAlwaysExcluded(posix.basename(path)) && !isWanted) return `${what} that is never published`;
    const isIgnored =
      rules.excluding(path, isFolder) !== undefined || (!isWanted && this.#isIgnoredByGit(path, isFolder, rules));
    if (isIgnored) return `${what} that is ignored`;
    if (!isFolder) return undefined;
    const decision = await (await this.#installedPackages()).decide(path, join(this.#links.boundary, path));
    return decision !== undefined && 'skip' in decision ? 'an installed package' : undefined;
  }

  #isIgnoredByGit(path: string, isFolder: boolean, rules: IgnoreRules): boolean {
    return !this.#options.selection.hasOwnList && rules.ignoring(path, isFolder) !== undefined;
  }

  /** Whether the project publishes it, or something below it, at its own place. */
  #isWanted(path: string, isFolder: boolean): boolean {
    if (!path.startsWith(this.#base)) return isFolder && this.#base.startsWith(`${path}/`);
    const inside = path.slice(this.#base.length);
    return [this.#options.tracked, this.#options.selection.listed].some(
      (paths) => paths !== undefined && (isFolder ? paths.hasBelow(inside) : paths.has(inside)),
    );
  }

  #installedPackages(): Promise<InstalledPackages> {
    this.#installed ??= InstalledPackages.ofRepository(this.#links.boundary, this.#options.installs);
    return this.#installed;
  }
}

/** The path that a link in the form of a file names: its text. */
async function textTarget(link: string): Promise<string> {
  const { size } = await lstat(link);
  const text = size <= MAX_LINK_TEXT_BYTES ? await readFile(link, 'utf8').catch(() => '') : '';
  return resolve(dirname(link), text);
}

function toPath(path: string): string {
  return path.split(sep).join('/').normalize('NFC');
}

function parentOf(path: string): string {
  const parent = posix.dirname(path);
  return parent === '.' ? '' : parent;
}
