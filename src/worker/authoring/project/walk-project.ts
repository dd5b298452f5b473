import { constants, type Dirent } from 'node:fs';
import { access, lstat, readdir } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { isAlwaysExcluded, isVersionControlData } from '../../../ignore/always-excluded.ts';
import type { IgnoreRules } from '../../../ignore/ignore-rules.ts';
import { LIMITS } from '../../../shared/limits.ts';
import { GgenError } from '../../../shared/errors.ts';
import type { Diagnostic, ProjectLimits } from '../../../shared/model.ts';
import { LOCK_FILE } from '../../install/lock/lock-file.ts';
import { ProjectBudget } from './budget.ts';
import type { InstalledPackages } from './installed-packages.ts';
import type { PathSet } from './path-set.ts';
import type { ProjectLinks } from './project-links.ts';
import { hasExecuteBit } from '../../install/disk/execute-bits.ts';
import { STAGING_PREFIX } from '../../install/disk/staging-prefix.ts';
import { readIgnoreFile } from './read-ignore-file.ts';
import type { Submodule } from './submodules.ts';
import type { ProjectFile, SkippedEntry } from './project.ts';

/** Folders read at once: slightly more than Node's thread pool has threads, which keeps them busy. */
const MAX_CONCURRENT_FOLDERS = 8;
/** Entries of one folder examined at once. */
const MAX_CONCURRENT_ENTRIES = 16;
/** More patterns are a mistake or an attack, because each file is matched against all of them. */
const MAX_IGNORE_PATTERNS = 10_000;

export interface WalkOptions {
  readonly rules: IgnoreRules;
  /** Whether a file that no rule excludes belongs to the release. */
  readonly allowed: (path: string) => boolean;
  /**
   * The files that the project's own package manager would pack. Only these are published, and of the ignore files only
   * .ggenignore counts. Absent: the ignore files decide.
   */
  readonly listed?: PathSet | undefined;
  readonly installed: InstalledPackages;
  /** Links inside the repository, which are published as their content. */
  readonly links: ProjectLinks;
  /** Whether the manifest names the lock file among the files to publish. */
  readonly withLock: boolean;
  /** Files that git tracks. They are published even below a folder named node_modules. */
  readonly tracked: PathSet;
  /** Files that can be executed, where the execute bits on the disk do not tell. */
  readonly executable?: ReadonlySet<string> | undefined;
  /** Folders of git submodules. */
  readonly submodules: ReadonlySet<string>;
  readonly limits: ProjectLimits;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: { readonly files: number; readonly bytes: number }) => void) | undefined;
}

/** Unsorted. */
export interface WalkResult {
  readonly files: ProjectFile[];
  readonly skipped: SkippedEntry[];
  /** Folders whose files would exceed the maximum depth; they are not entered. */
  readonly tooDeep: readonly string[];
  /** Submodules that belong to the release, with whether their files are checked out. */
  readonly submodules: readonly Submodule[];
  /** Folders that look installed but are not locked. */
  readonly remarks: readonly Diagnostic[];
}

interface Folder {
  /** Relative to the root, NFC; empty for the root. */
  readonly path: string;
  readonly absolutePath: string;
  readonly depth: number;
  readonly rules: IgnoreRules;
  /** Whether only files that git tracks are published: the folder lies below node_modules. */
  readonly trackedOnly: boolean;
  /** Whether the folder has a lock file. */
  readonly hasLock: boolean;
  /** Real paths of the folders with the links that led here; empty for a folder at its own place. */
  readonly via: readonly string[];
}

/**
 * Finds the files below a folder that no rule excludes. Links inside the repository are followed.
 *
 * @param root absolute
 * @throws GgenError ProjectTooLarge, InvalidRequest
 */
export async function walkProject(root: string, options: WalkOptions): Promise<WalkResult> {
  const walker = new ProjectWalker(options);
  await walker.walkProject(root);
  return walker;
}

class ProjectWalker implements WalkResult {
  readonly files: ProjectFile[] = [];
  readonly skipped: SkippedEntry[] = [];
  readonly tooDeep: string[] = [];
  readonly submodules: Submodule[] = [];
  readonly remarks: Diagnostic[] = [];
  readonly #options: WalkOptions;
  readonly #budget: ProjectBudget;
  readonly #queue: Folder[] = [];

  constructor(options: WalkOptions) {
    this.#options = options;
    this.#budget = new ProjectBudget(options.limits);
  }

  async walkProject(root: string): Promise<void> {
    const { rules } = this.#options;
    this.#queue.push({ path: '', absolutePath: root, depth: 0, rules, trackedOnly: false, hasLock: false, via: [] });
    while (this.#queue.length > 0) {
      this.#options.signal?.throwIfAborted();
      // Taken from the end: depth-first order keeps the queue short.
      const batch = this.#queue.splice(-MAX_CONCURRENT_FOLDERS);
      await Promise.all(batch.map((folder) => this.#visitFolder(folder)));
      this.#options.onProgress?.({ files: this.#budget.files, bytes: this.#budget.bytes });
    }
  }

  async #visitFolder(folder: Folder): Promise<void> {
    const { path, absolutePath } = folder;
    const entries = await readdir(absolutePath, { withFileTypes: true }).catch((error: unknown) => {
      this.#skip(path, unreadableReason(error));
      return [];
    });
    if (this.#options.submodules.has(path)) this.submodules.push({ path, checkedOut: entries.length > 0 });
    const inside = {
      ...folder,
      rules: await rulesForFolder(folder, entries, this.#options),
      hasLock: entries.some(({ name }) => name === LOCK_FILE) && (await this.#options.installed.enter(path)),
    };
    for (let at = 0; at < entries.length; at += MAX_CONCURRENT_ENTRIES) {
      this.#options.signal?.throwIfAborted();
      await Promise.all(entries.slice(at, at + MAX_CONCURRENT_ENTRIES).map((entry) => this.#visitEntry(inside, entry)));
    }
  }

  async #visitEntry(folder: Folder, entry: Dirent): Promise<void> {
    const path = (folder.path === '' ? '' : `${folder.path}/`) + entry.name.normalize('NFC');
    const absolutePath = join(folder.absolutePath, entry.name);
    if (entry.name.startsWith(STAGING_PREFIX) || this.#isExcludedName(entry, path)) return;
    if (await this.#isIgnored(folder, path, absolutePath, entry.isDirectory())) return;
    if (entry.isDirectory()) await this.#enterFolder(folder, path, absolutePath);
    else if (folder.trackedOnly && !this.#options.tracked.has(path)) return;
    else if (entry.isSymbolicLink()) await this.#followLink(folder, path, absolutePath);
    else if (!entry.isFile()) this.#skip(path, fileTypeOf(entry));
    else if (this.#isPublished(folder, path)) await this.#addFile(path, absolutePath);
  }

  async #followLink(folder: Folder, path: string, absolutePath: string): Promise<void> {
    const via = [...folder.via, folder.absolutePath];
    const target = await this.#options.links.follow(absolutePath, via);
    if ('skip' in target) this.#skip(path, target.skip);
    else if (!target.isFolder) {
      if (this.#isPublished(folder, path)) await this.#addFile(path, target.path);
    } else if (!this.#excludesLinked(folder, path)) {
      await this.#enterFolder({ ...folder, via, trackedOnly: false }, path, target.path);
    }
  }

  /** Whether the rules exclude a link as a folder. To git a link is a file, which it may track. */
  #excludesLinked({ rules, via }: Folder, path: string): boolean {
    const isExempt = via.length > 0 || this.#options.tracked.has(path);
    return isExempt ? rules.excludes(path, true) : rules.ignores(path, true);
  }

  #isExcludedName(entry: Dirent, path: string): boolean {
    const { listed, tracked } = this.#options;
    if (listed !== undefined) return isVersionControlData(entry.name);
    const isTrackedFixture = entry.isDirectory() && isNodeModules(entry.name) && tracked.hasBelow(path);
    return isAlwaysExcluded(entry.name) && !isTrackedFixture;
  }

  /** Git's ignore files do not apply to a file that git tracks. They apply to what lies behind a link at its own place. */
  async #isIgnored({ rules, via }: Folder, path: string, absolutePath: string, isFolder: boolean): Promise<boolean> {
    const { tracked, links } = this.#options;
    if (via.length > 0)
      return rules.excludes(path, isFolder) || (await links.exclusion(absolutePath, isFolder)) !== undefined;
    const isTracked = isFolder ? tracked.hasBelow(path) : tracked.has(path);
    return isTracked ? rules.excludes(path, isFolder) : rules.ignores(path, isFolder);
  }

  #isPublished({ path: folder, hasLock }: Folder, path: string): boolean {
    const { listed, allowed, withLock } = this.#options;
    if (hasLock && posix.basename(path) === LOCK_FILE && !(withLock && folder === '')) return false;
    return (listed === undefined || listed.has(path)) && allowed(path);
  }

  async #enterFolder(folder: Folder, path: string, absolutePath: string): Promise<void> {
    const { listed, tracked, installed, submodules } = this.#options;
    const trackedOnly = listed === undefined && (folder.trackedOnly || isNodeModules(posix.basename(path)));
    if (trackedOnly && !tracked.hasBelow(path)) return;
    if (listed !== undefined && !listed.hasBelow(path) && !submodules.has(path)) return;
    const decision = await installed.decide(path, absolutePath);
    if (decision !== undefined && 'skip' in decision) {
      this.#skip(path, decision.skip);
      return;
    }
    if (decision !== undefined) this.remarks.push(decision.remark);
    const depth = folder.depth + 1;
    if (depth < LIMITS.pathDepth)
      this.#queue.push({ ...folder, path, absolutePath, depth, trackedOnly, hasLock: false });
    else this.tooDeep.push(path);
  }

  async #addFile(path: string, absolutePath: string): Promise<void> {
    try {
      const { size, mtimeMs, mode } = await lstat(absolutePath);
      await access(absolutePath, constants.R_OK);
      this.#budget.add(path, size);
      const source = this.#options.links.inProject(absolutePath) ?? path;
      const executable = this.#options.executable?.has(source) ?? hasExecuteBit(mode);
      this.files.push({ path, absolutePath, size, mtimeMs, executable });
    } catch (error) {
      if (error instanceof GgenError) throw error;
      this.#skip(path, unreadableReason(error));
    }
  }

  #skip(path: string, reason: string): void {
    this.skipped.push({ path, reason });
  }
}

function isNodeModules(name: string): boolean {
  return name.toLowerCase() === 'node_modules';
}

async function rulesForFolder(
  folder: Folder,
  entries: readonly Dirent[],
  { listed }: Pick<WalkOptions, 'listed'>,
): Promise<IgnoreRules> {
  const read = async (name: string): Promise<string | undefined> =>
    entries.some((entry) => entry.name === name) ? readIgnoreFile(join(folder.absolutePath, name)) : undefined;
  const rules = folder.rules.forFolder(folder.path, {
    gitignore: listed !== undefined ? undefined : await read('.gitignore'),
    ggenignore: await read('.ggenignore'),
  });
  if (rules.size <= MAX_IGNORE_PATTERNS) return rules;
  throw new GgenError(
    'ProjectTooLarge',
    `The ignore files contain more than ${MAX_IGNORE_PATTERNS} patterns at ${folder.path}.`,
  );
}

function fileTypeOf(entry: Dirent): string {
  if (entry.isSocket()) return 'socket';
  if (entry.isFIFO()) return 'named pipe';
  if (entry.isBlockDevice() || entry.isCharacterDevice()) return 'device';
  return 'not a regular file';
}

function unreadableReason(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'EACCES' || code === 'EPERM' ? 'permission denied' : `cannot be read (${code ?? 'unknown'})`;
}
