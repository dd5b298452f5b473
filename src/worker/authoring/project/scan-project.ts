import { realpath, stat } from 'node:fs/promises';
import { isAbsolute } from 'node:path';
import type { DraftProgress } from '../../../shared/api/index.ts';
import { GgenError } from '../../../shared/errors.ts';
import type { Diagnostic, ExcludedEntry, ProjectLimits } from '../../../shared/model.ts';
import type { Manifest } from '../manifest/manifest.ts';
import { escapeInvisibleCharacters } from '../../paths/invisible-characters.ts';
import { checkTree } from '../../paths/path-safety.ts';
import { emptyFolderDiagnostics } from './empty-folders.ts';
import { entryPointDiagnostics } from './entry-point-check.ts';
import type { GitWorkTree } from '../repository/git-work-tree.ts';
import { readGitWorkTree } from '../repository/git-work-tree.ts';
import { InstalledPackages } from './installed-packages.ts';
import type { KnownInstall } from './installed-packages.ts';
import { PathSet } from '../selection/path-set.ts';
import { submoduleDiagnostics } from '../repository/submodules.ts';
import { namedFiles } from '../selection/named-files.ts';
import { manifestFolder } from '../selection/manifest-folder.ts';
import { selectFiles } from './select-files.ts';
import { findChangelog, findReadme } from './documents.ts';
import { resolveProjectLimits } from './project-limits.ts';
import { ProjectLinks, repositoryLinks } from './project-links.ts';
import type { ProjectFile, ProjectScan } from './project.ts';
import { manifestIgnoreRules, repositoryIgnoreRules } from './repository-ignore-rules.ts';
import { walkProject } from './walk-project.ts';

/** Further problems of one kind are summarized, because the list crosses the RPC. */
const MAX_LISTED_PROBLEMS = 100;
/** Further excluded entries of one kind are counted. */
const MAX_LISTED_EXCLUSIONS = 1_000;

export interface ScanOptions {
  /** Applies its `include` and `exclude`, and requires that it is among the files. */
  readonly manifest?: Manifest | undefined;
  /** Defaults to the limits of the protocol. */
  readonly limits?: ProjectLimits | undefined;
  /** Packages that this machine installed; those in the project are not published. */
  readonly installs?: readonly KnownInstall[] | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: DraftProgress) => void) | undefined;
}

/**
 * Lists the files that publishing a project would publish. Reads no files except ignore files. Problems of single files
 * become diagnostics; the manifest's own diagnostics are not repeated.
 *
 * @param root absolute path of the project's folder
 * @throws GgenError ProjectTooLarge, InvalidRequest
 */
export async function scanProject(root: string, options: ScanOptions = {}): Promise<ProjectScan> {
  const { manifest, signal, onProgress } = options;
  const folder = manifest === undefined ? '' : manifestFolder(manifest);
  const real = await realRoot(root);
  const installed = await InstalledPackages.of(real, options.installs);
  const workTree = await readGitWorkTree(real, signal);
  const tracked = workTree?.tracked ?? new Set();
  const links = repositoryLinks(real, workTree);
  const trackedPaths = new PathSet(tracked);
  const selection = await selectFiles(real, manifest, { tracked, links });
  const { files, excluded, moreExcluded, tooDeep, submodules, remarks } = await walkProject(real, {
    rules: selection.gitignore ? await repositoryIgnoreRules(real, manifest) : manifestIgnoreRules(manifest),
    selection,
    installed,
    named: namedFiles(manifest),
    tracked: trackedPaths,
    links: new ProjectLinks(links, {
      root: real,
      tracked: trackedPaths,
      selection,
      installs: options.installs,
      workTree,
    }),
    executable: executableFiles(workTree),
    trackedIgnored: workTree?.trackedIgnored ?? new Set(),
    submodules: submodulesOf(workTree),
    limits: options.limits ?? resolveProjectLimits(undefined),
    signal,
    onProgress: (progress) => onProgress?.({ phase: 'scan', ...progress }),
  });
  files.sort(byPath);
  const listed = listedExclusions(excluded);
  const readme = resolveReadme(files, folder, manifest);
  const changelog = findChangelog(files, folder);
  return {
    root: real,
    files,
    size: files.reduce((sum, { size }) => sum + size, 0),
    excluded: listed,
    moreExcluded: moreExcluded + excluded.length - listed.length,
    ...(readme === undefined ? {} : { readme }),
    ...(changelog === undefined ? {} : { changelog }),
    ...(workTree === undefined ? {} : { workTree }),
    locked: installed.locked,
    diagnostics: [
      ...pathDiagnostics([...files.map(({ path }) => path), ...tooDeep.map((path) => `${path}/…`)]),
      ...manifestExcludedDiagnostics(files, manifest),
      ...(manifest === undefined ? [] : entryPointDiagnostics(files, manifest)),
      ...(manifest === undefined ? [] : await emptyFolderDiagnostics(real, files, manifest)),
      ...readmeDiagnostics(readme, manifest),
      ...unsupportedDiagnostics(excluded),
      ...remarks.toSorted(byPath),
      ...submoduleDiagnostics(submodules, files),
    ],
  };
}

/**
 * The files that can be executed as git's index tells, where the disk does not: on Windows, where nothing else can, and
 * where git is told not to trust the disk. Undefined: the execute bits on the disk tell.
 */
export function executableFiles(
  workTree: Pick<GitWorkTree, 'fileMode' | 'executable'> | undefined,
  platform: NodeJS.Platform = process.platform,
): ReadonlySet<string> | undefined {
  if (platform === 'win32') return workTree?.executable ?? new Set();
  return workTree?.fileMode === false ? workTree.executable : undefined;
}

/** Sorted by path. Rules exclude far more entries than there are links, which must not be lost among them. */
function listedExclusions(excluded: readonly ExcludedEntry[]): ExcludedEntry[] {
  const sorted = excluded.toSorted(byPath);
  const unsupported = sorted.filter((entry) => entry.unsupported).slice(0, MAX_LISTED_EXCLUSIONS);
  const byRule = sorted.filter((entry) => !entry.unsupported).slice(0, MAX_LISTED_EXCLUSIONS);
  return [...unsupported, ...byRule].sort(byPath);
}

function submodulesOf(workTree: GitWorkTree | undefined): PathSet {
  return new PathSet(workTree?.submodules ?? []);
}

async function realRoot(root: string): Promise<string> {
  if (!isAbsolute(root)) throw new GgenError('InvalidRequest', `The project folder must be an absolute path: ${root}`);
  try {
    const real = await realpath(root);
    if ((await stat(real)).isDirectory()) return real;
  } catch (cause) {
    throw new GgenError('InvalidRequest', `Cannot read the folder ${root}.`, { cause });
  }
  throw new GgenError('InvalidRequest', `${root} is not a folder.`);
}

function byPath(a: { readonly path: string }, b: { readonly path: string }): number {
  return a.path < b.path ? -1 : a.path > b.path ? 1 : 0;
}

function pathDiagnostics(paths: readonly string[]): Diagnostic[] {
  const problems = checkTree(paths);
  const shown = problems.slice(0, MAX_LISTED_PROBLEMS).map(({ path, code, reason }): Diagnostic => {
    const message = `"${escapeInvisibleCharacters(path)}" ${reason}. Rename it, or add it to .ggenignore.`;
    return { severity: 'error', code, message, path };
  });
  const [next] = problems.slice(MAX_LISTED_PROBLEMS);
  if (next === undefined) return shown;
  const message = `${problems.length - MAX_LISTED_PROBLEMS} more paths cannot be published.`;
  return [...shown, { severity: 'error', code: next.code, message, path: next.path }];
}

function manifestExcludedDiagnostics(files: readonly ProjectFile[], manifest: Manifest | undefined): Diagnostic[] {
  if (manifest === undefined || files.some(({ path }) => path === manifest.path)) return [];
  const message = 'The manifest is excluded by an ignore rule, so others could not read the package.';
  return [{ severity: 'error', code: 'manifest-left-out', message, path: manifest.path, line: 1, column: 1 }];
}

function resolveReadme(
  files: readonly ProjectFile[],
  folder: string,
  manifest: Manifest | undefined,
): string | undefined {
  const named = files.find(({ path }) => path === manifest?.readme)?.path;
  return named ?? findReadme(files, folder) ?? findReadme(files, '');
}

function readmeDiagnostics(found: string | undefined, manifest: Manifest | undefined): Diagnostic[] {
  const named = manifest?.readme;
  const path = manifest?.path ?? 'README.md';
  if (named !== undefined && named !== found) {
    const message = `The README "${escapeInvisibleCharacters(named)}" that the manifest refers to is not among the published files.`;
    return [{ severity: 'warning', code: 'readme-not-found', message, path, line: 1, column: 1 }];
  }
  if (found !== undefined) return [];
  const message = 'There is no README. Add one: it is the first thing that others read.';
  return [{ severity: 'information', code: 'readme-missing', message, path, line: 1, column: 1 }];
}

function unsupportedDiagnostics(excluded: readonly ExcludedEntry[]): Diagnostic[] {
  const unsupported = excluded.filter((entry) => entry.unsupported);
  const [next] = unsupported.toSorted(byPath).slice(MAX_LISTED_EXCLUSIONS);
  if (next === undefined) return [];
  const message = `${unsupported.length} links and special files are skipped; the first ${MAX_LISTED_EXCLUSIONS} are listed.`;
  return [{ severity: 'information', code: 'skipped-many', message, path: next.path }];
}
