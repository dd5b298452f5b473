import { constants, type Dirent } from 'node:fs';
import { access, lstat, readdir } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { isAlwaysExcluded, isVersionControlData } from '../../../ignore/always-excluded.ts';
import type { IgnoreRules } from '../../../ignore/ignore-rules.ts';
import { LIMITS } from '../../../shared/limits.ts';
import { GgenError } from '../../../shared/errors.ts';
import type { Diagnostic, ExcludedEntry, PackRule, ProjectLimits } from '../../../shared/model.ts';
import { SECRET_BASELINE_FILE } from '../../../shared/secret-baseline.ts';
import { LOCK_FILE } from '../../install/lock/lock-file.ts';
import type { FileSelection } from '../selection/file-selection.ts';
import { PatternRules, RULES } from '../selection/pack-rules.ts';
import { ProjectBudget } from './budget.ts';
import type { InstalledPackages } from './installed-packages.ts';
import type { PathSet } from '../selection/path-set.ts';
import type { ProjectLinks } from './project-links.ts';
import { hasExecuteBit } from '../../install/disk/execute-bits.ts';
import { STAGING_PREFIX } from '../../install/disk/staging-prefix.ts';
import { readIgnoreFile } from '../selection/read-ignore-file.ts';
import type { Submodule } from '../repository/submodules.ts';
import type { ProjectFile } from './project.ts';

/** Folders read at once: slightly more than Node's thread pool has threads, which keeps them busy. */
const MAX_CONCURRENT_FOLDERS = 8;
/** Entries of one folder examined at once. */
const MAX_CONCURRENT_ENTRIES = 16;
/** More patterns are a mistake or an attack, because each file is matched against all of them. */
const MAX_IGNORE_PATTERNS = 10_000;
/** Further excluded entries are counted. */
const MAX_EXCLUDED = 50_000;

export interface WalkOptions {
  readonly rules: IgnoreRules;
  readonly selection: FileSelection;
  readonly installed: InstalledPackages;
  /** Links inside the repository, which are published as their content. */
  readonly links: ProjectLinks;
  /** Paths that the manifest names themselves: only so are the lock file and the list of accepted secrets published. */
  readonly named: ReadonlySet<string>;
  /** Files that git tracks. They are published even below a folder named node_modules. */
  readonly tracked: PathSet;
  /** Files that can be executed, where the execute bits on the disk do not tell. */
  readonly executable?: ReadonlySet<string> | undefined;
  /** Tracked files that an ignore file of git names. */
  readonly trackedIgnored: ReadonlySet<string>;
  /** Folders of git submodules. */
  readonly submodules: PathSet;
  readonly limits: ProjectLimits;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: { readonly files: number; readonly bytes: number }) => void) | undefined;
}

/** Unsorted. */
export interface WalkResult {
  readonly files: ProjectFile[];
  readonly excluded: ExcludedEntry[];
  /** Number of excluded entries that were not kept. */
  readonly moreExcluded: number;
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
  readonly excluded: ExcludedEntry[] = [];
  moreExcluded = 0;
  readonly tooDeep: string[] = [];
  readonly submodules: Submodule[] = [];
  readonly remarks: Diagnostic[] = [];
  readonly #options: WalkOptions;
  readonly #budget: ProjectBudget;
  readonly #queue: Folder[] = [];
  readonly #patternRules: PatternRules;

  constructor(options: WalkOptions) {
    this.#options = options;
    this.#patternRules = new PatternRules(options.rules.base, 'excluded by the pattern');
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
    for (const { path, absolutePath, rule } of this.#options.selection.outside ?? [])
      await this.#addFile(path, absolutePath, rule);
  }

  async #visitFolder(folder: Folder): Promise<void> {
    const { path, absolutePath } = folder;
    const { selection, submodules, installed } = this.#options;
    const entries = await readdir(absolutePath, { withFileTypes: true }).catch((error: unknown) => {
      this.#skip(path, unreadableReason(error));
      return undefined;
    });
    if (submodules.has(path)) this.submodules.push({ path, checkedOut: entries?.length !== 0 });
    else if (entries?.length === 0 && path !== '') this.#skip(`${path}/`, 'empty folder');
    if (entries === undefined || entries.length === 0) return;
    const names = entries.map(({ name }) => name);
    const excluding = await selection.enter?.(path, absolutePath, names);
    if (excluding !== undefined) {
      this.#exclude(`${path}/`, excluding);
      return;
    }
    const inside = {
      ...folder,
      rules: await rulesForFolder(folder, names, selection),
      hasLock: names.includes(LOCK_FILE) && (await installed.enter(path)),
    };
    for (let at = 0; at < entries.length; at += MAX_CONCURRENT_ENTRIES) {
      this.#options.signal?.throwIfAborted();
      await Promise.all(entries.slice(at, at + MAX_CONCURRENT_ENTRIES).map((entry) => this.#visitEntry(inside, entry)));
    }
  }

  async #visitEntry(folder: Folder, entry: Dirent): Promise<void> {
    const path = (folder.path === '' ? '' : `${folder.path}/`) + entry.name.normalize('NFC');
    const absolutePath = join(folder.absolutePath, entry.name);
    const isFolder = entry.isDirectory();
    const behindLink = folder.via.length > 0;
    const excluding =
      this.#excludingRule(folder, entry, path) ??
      (behindLink ? await this.#linkRule(absolutePath, isFolder) : undefined);
    if (excluding !== undefined) this.#exclude(isFolder ? `${path}/` : path, excluding);
    else if (isFolder) await this.#enterFolder(folder, path, absolutePath);
    else if (entry.isSymbolicLink() || this.#options.links.isTextLink(absolutePath))
      await this.#followLink(folder, path, absolutePath);
    else if (!entry.isFile()) this.#skip(path, fileTypeOf(entry));
    else await this.#visitFile(folder, path, absolutePath);
  }

  async #followLink(folder: Folder, path: string, absolutePath: string): Promise<void> {
    const via = [...folder.via, folder.absolutePath];
    const target = await this.#options.links.follow(absolutePath, via);
    if ('skip' in target) {
      this.#skip(path, target.skip);
      return;
    }
    if (!target.isFolder) {
      await this.#visitFile(folder, path, target.path);
      return;
    }
    // To git a link is a file, which it may track.
    const isExempt = folder.via.length > 0 || this.#options.tracked.has(path);
    const pattern = isExempt ? folder.rules.excluding(path, true) : folder.rules.ignoring(path, true);
    if (pattern !== undefined) this.#exclude(`${path}/`, this.#patternRules.of(pattern));
    else await this.#enterFolder({ ...folder, via, trackedOnly: false }, path, target.path);
  }

  /** The rule that excludes an entry by its name or by an ignore file. */
  #excludingRule(folder: Folder, entry: Dirent, path: string): PackRule | undefined {
    const { tracked, selection } = this.#options;
    const { rules, trackedOnly, via } = folder;
    const isFolder = entry.isDirectory();
    const isTracked = isFolder ? tracked.hasBelow(path) : tracked.has(path);
    const byName = this.#nameRule(entry, isTracked);
    if (byName !== undefined) return byName;
    // Git's ignore files do not apply to a file that git tracks. They apply to what lies behind a link at its own place.
    const isExempt = isTracked || via.length > 0 || selection.exempts?.(path, isFolder) === true;
    const pattern = isExempt ? rules.excluding(path, isFolder) : rules.ignoring(path, isFolder);
    if (pattern !== undefined) return this.#patternRules.of(pattern);
    return trackedOnly && !isTracked ? RULES.notTracked : undefined;
  }

  /** The rule that excludes at its own place what lies behind a link. */
  async #linkRule(absolutePath: string, isFolder: boolean): Promise<PackRule | undefined> {
    const reason = await this.#options.links.exclusion(absolutePath, isFolder);
    return reason === undefined ? undefined : { text: `a symbolic link leads to ${reason}` };
  }

  /** The rule by which an entry of this name is never published. */
  #nameRule(entry: Dirent, isTracked: boolean): PackRule | undefined {
    if (entry.name.startsWith(STAGING_PREFIX)) return RULES.staging;
    if (isVersionControlData(entry.name)) return RULES.versionControl;
    if (this.#options.selection.replacesDefaults || !isAlwaysExcluded(entry.name)) return undefined;
    const isFixture = entry.isDirectory() && isTracked && isNodeModules(entry.name);
    return isFixture ? undefined : RULES.neverPublished;
  }

  async #visitFile(folder: Folder, path: string, absolutePath: string): Promise<void> {
    const { selection, named } = this.#options;
    const name = posix.basename(path);
    const isLock = folder.hasLock && name === LOCK_FILE;
    const decision = selection.file(path);
    if (isLock && !named.has(path)) this.#exclude(path, RULES.lockFile);
    // It says where in the release each accepted secret is.
    else if (name === SECRET_BASELINE_FILE && !named.has(path)) this.#exclude(path, RULES.baseline);
    else if (!decision.packed) this.#exclude(path, decision.rule);
    else await this.#addFile(path, absolutePath, this.#trackedRule(folder, path) ?? decision.rule);
  }

  /** The rule of a file that is published only because git tracks it. */
  #trackedRule({ rules, trackedOnly }: Folder, path: string): PackRule | undefined {
    if (!this.#options.trackedIgnored.has(path)) return trackedOnly ? RULES.trackedFixture : undefined;
    const pattern = rules.ignoring(path, false);
    return pattern && { ...this.#patternRules.of(pattern), text: 'tracked by git, although ignored by the pattern' };
  }

  async #enterFolder(folder: Folder, path: string, absolutePath: string): Promise<void> {
    const { selection, installed, submodules } = this.#options;
    const selected = selection.folder(path);
    const isSubmodule = submodules.has(path) || submodules.hasBelow(path);
    if (!selected.packed && !(isSubmodule && selection.names?.(path) === true)) {
      this.#exclude(`${path}/`, selected.rule);
      return;
    }
    const decision = await installed.decide(path, absolutePath);
    if (decision !== undefined && 'skip' in decision) {
      this.#exclude(`${path}/`, decision.skip);
      if (decision.remark !== undefined) this.remarks.push(decision.remark);
      return;
    }
    if (decision !== undefined) this.remarks.push(decision.remark);
    const trackedOnly = !selection.replacesDefaults && (folder.trackedOnly || isNodeModules(posix.basename(path)));
    const depth = folder.depth + 1;
    if (depth < LIMITS.pathDepth)
      this.#queue.push({ ...folder, path, absolutePath, depth, trackedOnly, hasLock: false });
    else this.tooDeep.push(path);
  }

  async #addFile(path: string, absolutePath: string, rule: PackRule): Promise<void> {
    try {
      const { size, mtimeMs, mode } = await lstat(absolutePath);
      await access(absolutePath, constants.R_OK);
      this.#budget.add(path, size);
      const executable = this.#isExecutable(path, absolutePath, mode);
      this.files.push({ path, absolutePath, size, mode, mtimeMs, executable, rule });
    } catch (error) {
      if (error instanceof GgenError) throw error;
      this.#skip(path, unreadableReason(error));
    }
  }

  #isExecutable(path: string, absolutePath: string, mode: number): boolean {
    const { executable, links } = this.#options;
    return executable === undefined ? hasExecuteBit(mode) : executable.has(links.inProject(absolutePath) ?? path);
  }

  #exclude(path: string, rule: PackRule): void {
    if (this.excluded.length < MAX_EXCLUDED) this.excluded.push({ path, rule });
    else this.moreExcluded++;
  }

  /** Notes an entry that a release cannot carry. */
  #skip(path: string, text: string): void {
    if (this.excluded.length < MAX_EXCLUDED) this.excluded.push({ path, rule: { text }, unsupported: true });
    else this.moreExcluded++;
  }
}

function isNodeModules(name: string): boolean {
  return name.toLowerCase() === 'node_modules';
}

async function rulesForFolder(
  folder: Folder,
  names: readonly string[],
  { gitignore }: Pick<FileSelection, 'gitignore'>,
): Promise<IgnoreRules> {
  const read = async (name: string): Promise<string | undefined> =>
    names.includes(name) ? readIgnoreFile(join(folder.absolutePath, name)) : undefined;
  const rules = folder.rules.forFolder(folder.path, {
    gitignore: gitignore ? await read('.gitignore') : undefined,
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
