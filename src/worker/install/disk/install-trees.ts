import { randomBytes, randomUUID } from 'node:crypto';
import { lstat, mkdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { CID } from 'multiformats/cid';
import type { InstallProgress } from '../../../shared/api.ts';
import { GgenError } from '../../../shared/errors.ts';
import type { ExchangeNote, Swap } from '../../catalog/tables/exchanges.ts';
import { checkTree } from '../../paths/path-safety.ts';
import { STAGING_PREFIX } from './staging-prefix.ts';
import { throttled } from '../../transfer/throttle.ts';
import { carryOver } from './carry.ts';
import { abandon, exchange } from './exchange.ts';
import type { ExchangeNotes } from './exchange.ts';
import { ChangedMeanwhile, filesChanged, refuseChanged, refuseOtherTexts } from './conflicts.ts';
import type { Conflict } from './conflicts.ts';
import { stampsOf } from './meanwhile.ts';
import type { Stamps } from './meanwhile.ts';
import { planReplacement } from './replacement.ts';
import type { Replacement } from './replacement.ts';
import { writeError } from './target.ts';
import { listFiles } from './tree-files.ts';
import type { GetBlock, TreeFile } from './tree-files.ts';
import { writeFiles } from './write-files.ts';

/** What shall become of one folder. */
export interface TreeChange {
  /** Absolute path. */
  readonly target: string;
  readonly before: Swap['before'];
  /** Root of the release that stands there; absent when none does. */
  readonly previous?: CID;
  /** The release that shall stand there; absent when none shall. */
  readonly next?: { readonly root: CID; readonly size: number; readonly files: number };
}

/** A small file that is exchanged together with the folders. */
export interface TextChange {
  readonly target: string;
  readonly before: 'file' | 'nothing';
  /** What stands there. */
  readonly previous?: string;
  readonly text: string;
}

export interface InstallTreesOptions {
  readonly notes: ExchangeNotes;
  /** Blocks of what shall be written: made present and hashed by whoever fetched them. */
  readonly get: GetBlock;
  /** Blocks of what stands there, hashed as they are read. */
  readonly getOld: GetBlock;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: InstallProgress) => void;
  /** As in `planReplacement`, for each target. */
  readonly overwrite: (target: string) => ReadonlySet<string>;
}

/** How often it is begun anew when somebody works in the folders meanwhile. */
const TRIES = 3;

/** What was written to a target. */
export interface Written {
  readonly files: number;
  readonly size: number;
}

/**
 * Bring folders to other releases, all of them or none: every path is checked before the first byte is written, files go to
 * staging folders beside their targets, the user's own files go along, and then all are exchanged at once. What the user does
 * in the folders while files are written is seen before the exchange counts: then all is taken back and begun anew.
 *
 * @param record writes to the catalogue what stands where now; part of the exchange
 * @throws GgenError UnsafePath, RecordInvalid, FilesChanged, PlanOutdated (a text is not what it was), TargetNotEmpty,
 *   TargetNotWritable
 */
export async function installTrees(
  changes: readonly TreeChange[],
  texts: readonly TextChange[],
  options: InstallTreesOptions,
  record: (written: ReadonlyMap<string, Written>) => void,
): Promise<void> {
  for (let left = TRIES - 1; ; left--) {
    try {
      await tryInstall(changes, texts, options, record);
      return;
    } catch (error) {
      if (!(error instanceof ChangedMeanwhile)) throw error;
      if (left === 0) throw filesChanged(error.conflicts);
    }
  }
}

async function tryInstall(
  changes: readonly TreeChange[],
  texts: readonly TextChange[],
  options: InstallTreesOptions,
  record: (written: ReadonlyMap<string, Written>) => void,
): Promise<void> {
  const jobs = await plan(
    // What is to go and is gone already needs no exchange; its parents may be gone too.
    changes.filter(({ before, next }) => before !== 'nothing' || next !== undefined),
    options,
  );
  const made = await missingFolders([...jobs.map(({ swap }) => swap), ...texts].map(({ target }) => dirname(target)));
  const swaps = [...jobs.map(({ swap }) => swap), ...texts.map((text) => swapOf(text, true))];
  const note: ExchangeNote = { id: randomUUID(), phase: 'staging', swaps, made };
  let at = swaps[0]?.target ?? '';
  const written = new Map<string, Written>();
  const progress = writeProgress(changes, options.onProgress);
  options.notes.put(note);
  try {
    for (const folder of made) await mkdir(folder, { recursive: true });
    for (const job of jobs) {
      at = job.swap.target;
      written.set(at, await stage(job, options, progress.written));
    }
    for (const [index, { text, target }] of texts.entries()) {
      at = target;
      const staging = swaps[jobs.length + index]?.staging;
      // On the disk before it is renamed: a lock file must not come out of a power cut empty.
      if (staging !== undefined) await writeFile(staging, text, { flag: 'wx', flush: true });
    }
    options.signal.throwIfAborted();
  } catch (error) {
    await abandon(note, options.notes);
    throw writeError(at, error);
  }
  await exchange(
    note,
    options.notes,
    () => {
      record(written);
    },
    async () => {
      await refuseOtherTexts(texts, swaps.slice(jobs.length));
      await refuseChanged(jobs, options.signal);
    },
  ).catch((error: unknown) => {
    throw writeError(pathOf(error) ?? at, error);
  });
  progress.done();
}

interface Job extends Replacement {
  readonly swap: Swap;
  /** What was in the folder before it was compared; absent where none was. */
  readonly stamps?: Stamps;
  readonly next: TreeChange['next'];
  /** Files of the new release, those that stay as the user changed them counted. */
  readonly files: number;
}

async function plan(changes: readonly TreeChange[], options: InstallTreesOptions): Promise<Job[]> {
  const { get, getOld, signal } = options;
  const jobs: Job[] = [];
  const conflicts: Conflict[] = [];
  for (const change of changes) {
    const { target, previous, next } = change;
    const files = next === undefined ? [] : await listFiles(next.root, get, signal);
    refuseUnsafe(files);
    const before = previous === undefined ? [] : await listFiles(previous, getOld, signal);
    const stamps = change.before === 'folder' ? await stampsOf(target, signal) : undefined;
    const replacement: Replacement =
      change.before === 'folder'
        ? await planReplacement(target, before, files, {
            // A block of the new release may be one that only the old one made sure of.
            get: getOld,
            signal,
            overwrite: options.overwrite(target),
          })
        : { write: files, carry: [], conflicts: [] };
    if (replacement.conflicts.length > 0) conflicts.push({ target, paths: replacement.conflicts });
    const remains = next !== undefined || replacement.carry.length > 0;
    const swap = swapOf(change, remains);
    jobs.push({ ...replacement, swap, next, files: files.length, ...(stamps === undefined ? {} : { stamps }) });
  }
  if (conflicts.length > 0) throw filesChanged(conflicts);
  return jobs;
}

async function stage(
  { swap: { staging, target }, write, carry, next, files }: Job,
  { get, signal }: InstallTreesOptions,
  onWritten: (bytes: number, file: boolean) => void,
): Promise<Written> {
  if (staging === undefined) return { files: 0, size: 0 };
  let size = 0;
  await mkdir(staging);
  await writeFiles(write, staging, {
    get,
    signal,
    limit: next?.size ?? 0,
    onWritten: (bytes, file) => {
      size += bytes;
      onWritten(bytes, file);
    },
  });
  await carryOver(target, staging, carry, signal);
  return { files, size: write.length === files ? size : (next?.size ?? size) };
}

function swapOf({ target, before }: Pick<Swap, 'target' | 'before'>, remains: boolean): Swap {
  const mark = `${basename(target).slice(0, 64)}-${randomBytes(4).toString('hex')}`;
  const beside = (kind: string): string => join(dirname(target), `${STAGING_PREFIX}${kind}${mark}`);
  return { target, before, aside: beside('old-'), ...(remains ? { staging: beside('') } : {}) };
}

/** Folders above the targets that have to be made, outermost first. */
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

/** @throws GgenError UnsafePath unless every file may be written on every system */
export function refuseUnsafe(files: readonly TreeFile[]): void {
  const problems = checkTree(files.map(({ path }) => path));
  const [first] = problems;
  if (first === undefined) return;
  throw new GgenError(
    'UnsafePath',
    `The package contains a path that is not safe to write: ${JSON.stringify(first.path)} (${first.reason}). Nothing was installed.`,
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
    written: (more, file) => {
      bytes += more;
      if (file) files++;
      report(() => ({ phase: 'write', files, bytes, totalFiles, totalBytes }));
    },
    done: () => {
      onProgress({ phase: 'write', files: totalFiles, bytes: totalBytes, totalFiles, totalBytes });
    },
  };
}

function pathOf(error: unknown): string | undefined {
  return error instanceof Error && 'path' in error && typeof error.path === 'string' ? error.path : undefined;
}
