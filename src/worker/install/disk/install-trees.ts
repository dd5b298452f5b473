import { randomBytes, randomUUID } from 'node:crypto';
import { chmod, lstat, mkdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { CID } from 'multiformats/cid';
import type { InstallProgress } from '../../../shared/api/index.ts';
import { GgenError } from '../../../shared/errors.ts';
import type { InstallTransaction, Swap } from '../../catalog/tables/install-transactions.ts';
import { checkTree } from '../../paths/path-safety.ts';
import { STAGING_PREFIX } from './staging-prefix.ts';
import { throttled } from '../../transfer/throttle.ts';
import { preserveLocalFiles } from './preserve-files.ts';
import { abortInstallTransaction, runInstallTransaction } from './install-transaction.ts';
import type { InstallTransactionLog } from './install-transaction.ts';
import { ConcurrentChangeError, filesChangedError, assertFoldersUnchanged, assertTextsUnchanged } from './conflicts.ts';
import type { Conflict } from './conflicts.ts';
import { takeFolderSnapshot } from './concurrent-changes.ts';
import type { FolderSnapshot } from './concurrent-changes.ts';
import { planReplacement } from './replacement.ts';
import type { Replacement } from './replacement.ts';
import { toTargetError } from './target.ts';
import { listTreeFiles } from './tree-files.ts';
import type { GetBlock, TreeFile } from './tree-files.ts';
import type { Umask } from './umask.ts';
import { writeFiles } from './write-files.ts';

/** The change of one installed folder. */
export interface TreeChange {
  /** Absolute path. */
  readonly target: string;
  readonly before: Swap['before'];
  /** Root of the installed release; absent when none is installed. */
  readonly previous?: CID;
  /** The release to install; absent to uninstall. */
  readonly next?: { readonly root: CID; readonly size: number; readonly files: number };
}

/** A small file that is replaced in the same transaction as the folders. */
export interface TextChange {
  readonly target: string;
  readonly before: 'file' | 'nothing';
  /** The expected current text. */
  readonly previous?: string;
  readonly text: string;
}

export interface InstallTreesOptions {
  readonly transactions: InstallTransactionLog;
  /** Blocks of the releases to write; they were fetched and hashed before. */
  readonly get: GetBlock;
  /** Blocks of the installed releases, hashed when they are read. */
  readonly getPrevious: GetBlock;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: InstallProgress) => void;
  /** The option of `planReplacement`, by target. */
  readonly overwrite: (target: string) => ReadonlySet<string>;
  readonly umask: Umask;
}

/** Attempts before the call fails because the user keeps changing files in the folders. */
const MAX_ATTEMPTS = 3;
/** Read, write and execute for owner, group and others. */
const PERMISSION_BITS = 0o777;

/** Number of files and bytes written to a target. */
export interface InstalledSize {
  readonly files: number;
  readonly size: number;
}

/**
 * Brings folders to other releases, all of them or none. All paths are checked before the first byte is written; files
 * go to staging folders beside their targets; the user's own files are preserved by hard links; one transaction renames
 * everything. When the user changes files in the meantime, the transaction is rolled back and retried.
 *
 * @param record writes the catalog's rows, inside the transaction
 * @throws GgenError UnsafePath, RecordInvalid, FilesChanged, PlanOutdated (a text differs from the expected one),
 *   TargetNotEmpty, TargetNotWritable
 */
export async function installTrees(
  changes: readonly TreeChange[],
  texts: readonly TextChange[],
  options: InstallTreesOptions,
  record: (written: ReadonlyMap<string, InstalledSize>) => void,
): Promise<void> {
  for (let attemptsLeft = MAX_ATTEMPTS - 1; ; attemptsLeft--) {
    try {
      await tryInstall(changes, texts, options, record);
      return;
    } catch (error) {
      if (!(error instanceof ConcurrentChangeError)) throw error;
      if (attemptsLeft === 0) throw filesChangedError(error.conflicts);
    }
  }
}

async function tryInstall(
  changes: readonly TreeChange[],
  texts: readonly TextChange[],
  options: InstallTreesOptions,
  record: (written: ReadonlyMap<string, InstalledSize>) => void,
): Promise<void> {
  const jobs = await planJobs(
    // A folder to be removed may be gone already, and its parents with it.
    changes.filter(({ before, next }) => before !== 'nothing' || next !== undefined),
    options,
  );
  const createdFolders = await missingFolders(
    [...jobs.map(({ swap }) => swap), ...texts].map(({ target }) => dirname(target)),
  );
  const swaps = [...jobs.map(({ swap }) => swap), ...texts.map((text) => createSwap(text, true))];
  const transaction: InstallTransaction = { id: randomUUID(), phase: 'staging', swaps, createdFolders };
  let currentTarget = swaps[0]?.target ?? '';
  const written = new Map<string, InstalledSize>();
  const progress = writeProgress(changes, options.onProgress);
  options.transactions.save(transaction);
  try {
    for (const folder of createdFolders) {
      await mkdir(folder, { recursive: true });
      await options.umask.applyToFolder(folder);
    }
    for (const job of jobs) {
      currentTarget = job.swap.target;
      written.set(currentTarget, await stageFiles(job, options, progress.written));
    }
    for (const [index, { text, target }] of texts.entries()) {
      currentTarget = target;
      const staging = swaps[jobs.length + index]?.staging;
      if (staging !== undefined) await writeText(staging, text, target, options.umask);
    }
    options.signal.throwIfAborted();
  } catch (error) {
    await abortInstallTransaction(transaction, options.transactions);
    throw toTargetError(currentTarget, error);
  }
  await runInstallTransaction(
    transaction,
    options.transactions,
    () => {
      record(written);
    },
    async () => {
      await assertTextsUnchanged(texts, swaps.slice(jobs.length));
      await assertFoldersUnchanged(jobs, options.signal);
    },
  ).catch((error: unknown) => {
    throw toTargetError(errorPath(error) ?? currentTarget, error);
  });
  progress.done();
}

interface InstallJob extends Replacement {
  readonly swap: Swap;
  /** State of the folder before it was compared; absent when there was no folder. */
  readonly snapshot?: FolderSnapshot;
  readonly next: TreeChange['next'];
  /** Files of the new release, including those that keep the user's changes. */
  readonly files: number;
}

async function planJobs(changes: readonly TreeChange[], options: InstallTreesOptions): Promise<InstallJob[]> {
  const { get, getPrevious, signal } = options;
  const jobs: InstallJob[] = [];
  const conflicts: Conflict[] = [];
  for (const change of changes) {
    const { target, previous, next } = change;
    const files = next === undefined ? [] : await listTreeFiles(next.root, get, signal);
    assertSafePaths(files);
    const previousFiles = previous === undefined ? [] : await listTreeFiles(previous, getPrevious, signal);
    const snapshot = change.before === 'folder' ? await takeFolderSnapshot(target, signal) : undefined;
    const replacement: Replacement =
      change.before === 'folder'
        ? await planReplacement(target, previousFiles, files, {
            // The transaction may lack blocks of the new release that only the installed one verified.
            get: getPrevious,
            signal,
            overwrite: options.overwrite(target),
          })
        : { write: files, preserve: [], conflicts: [] };
    if (replacement.conflicts.length > 0) conflicts.push({ target, paths: replacement.conflicts });
    const hasContent = next !== undefined || replacement.preserve.length > 0;
    const swap = createSwap(change, hasContent);
    jobs.push({ ...replacement, swap, next, files: files.length, ...(snapshot === undefined ? {} : { snapshot }) });
  }
  if (conflicts.length > 0) throw filesChangedError(conflicts);
  return jobs;
}

async function stageFiles(
  { swap: { staging, target }, write, preserve, next, files }: InstallJob,
  { get, signal, umask }: InstallTreesOptions,
  onWritten: (bytes: number, file: boolean) => void,
): Promise<InstalledSize> {
  if (staging === undefined) return { files: 0, size: 0 };
  let size = 0;
  await mkdir(staging);
  await writeFiles(write, staging, {
    get,
    signal,
    maxBytes: next?.size ?? 0,
    onWritten: (bytes, file) => {
      size += bytes;
      onWritten(bytes, file);
    },
  });
  await umask.applyToTree(staging, write);
  await preserveLocalFiles(target, staging, preserve, signal);
  return { files, size: write.length === files ? size : (next?.size ?? size) };
}

function createSwap({ target, before }: Pick<Swap, 'target' | 'before'>, hasContent: boolean): Swap {
  const suffix = `${basename(target).slice(0, 64)}-${randomBytes(4).toString('hex')}`;
  const siblingPath = (kind: string): string => join(dirname(target), `${STAGING_PREFIX}${kind}${suffix}`);
  return { target, before, backup: siblingPath('old-'), ...(hasContent ? { staging: siblingPath('') } : {}) };
}

/**
 * Writes a text file to be renamed to `target`, whose mode it keeps; a new one follows the umask. Flushed, so that a power
 * cut cannot leave an empty lock file.
 */
async function writeText(path: string, text: string, target: string, umask: Umask): Promise<void> {
  await writeFile(path, text, { flag: 'wx', flush: true });
  const replaced = await lstat(target).catch(() => undefined);
  if (replaced?.isFile() === true) await chmod(path, replaced.mode & PERMISSION_BITS);
  else await umask.applyToFile(path);
}

/** Returns the parent folders of the targets that do not exist, outermost first. */
async function missingFolders(folders: readonly string[]): Promise<string[]> {
  const missing = new Set<string>();
  for (let folder of folders) {
    while (!missing.has(folder) && (await lstat(folder).catch(() => undefined)) === undefined) {
      missing.add(folder);
      if (folder === dirname(folder)) break;
      folder = dirname(folder);
    }
  }
  return [...missing].sort((a, b) => a.length - b.length);
}

/** @throws GgenError UnsafePath unless every path is valid on every supported file system */
export function assertSafePaths(files: readonly TreeFile[]): void {
  const problems = checkTree(files.map(({ path }) => path));
  const [first] = problems;
  if (first === undefined) return;
  throw new GgenError(
    'UnsafePath',
    `The package contains an unsafe path: ${JSON.stringify(first.path)} (${first.reason}). Nothing was installed.`,
    { details: { path: first.path, problems: problems.length } },
  );
}

function writeProgress(
  changes: readonly TreeChange[],
  onProgress: (progress: InstallProgress) => void,
): { written: (bytes: number, file: boolean) => void; done: () => void } {
  const totalFiles = changes.reduce((sum, { next }) => sum + (next?.files ?? 0), 0);
  const totalBytes = changes.reduce((sum, { next }) => sum + (next?.size ?? 0), 0);
  let files = 0;
  let bytes = 0;
  const report = throttled(onProgress);
  return {
    written: (delta, file) => {
      bytes += delta;
      if (file) files++;
      report(() => ({ phase: 'write', files, bytes, totalFiles, totalBytes }));
    },
    done: () => {
      onProgress({ phase: 'write', files: totalFiles, bytes: totalBytes, totalFiles, totalBytes });
    },
  };
}

function errorPath(error: unknown): string | undefined {
  return error instanceof Error && 'path' in error && typeof error.path === 'string' ? error.path : undefined;
}
