import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import * as vscode from 'vscode';
import type { DraftProgress } from '../../../shared/api/index.ts';
import type { ProjectLimits, ReleaseDraft } from '../../../shared/model.ts';
import { StagingWalk } from './staging-walk.ts';

/** A project where the engine can read it. Disposing of it leaves the user's own folder as it is. */
export interface ProjectOnDisk extends AsyncDisposable {
  /** Absolute path. */
  readonly root: string;
  /** What was left out on the way here. */
  readonly skipped: ReleaseDraft['skipped'];
}

export interface StagingOptions {
  readonly limits: ProjectLimits;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: DraftProgress) => void;
}

/** Begins the names of the folders that hold copies. */
const STAGING_PREFIX = 'ggen-remote-';
/** A copy is needed for minutes; one of this age is left over, in milliseconds. */
const MAX_STAGING_AGE_MS = 24 * 60 * 60 * 1000;
/** Files that are copied side by side: each is one round trip to where the folder is. */
const MAX_PARALLEL_COPIES = 8;

/**
 * The project's folder, if it is on a disk that this extension host reads; else a copy of it in a folder of its own, as
 * VS Code's file systems give it (a remote window, a virtual workspace), without what ignore files leave out.
 *
 * @throws GgenError ProjectTooLarge, ProjectChanged, InvalidRequest
 */
export async function projectOnDisk(folder: vscode.Uri, options: StagingOptions): Promise<ProjectOnDisk> {
  if (folder.scheme === 'file') {
    return { root: folder.fsPath, skipped: [], [Symbol.asyncDispose]: () => Promise.resolve() };
  }
  await removeStaleCopies();
  const root = await mkdtemp(join(tmpdir(), STAGING_PREFIX));
  const remove = (): Promise<void> => rm(root, { recursive: true, force: true, maxRetries: 3 });
  try {
    const walk = new StagingWalk(folder, options.limits, options.signal);
    await copyAll(walk, root, options);
    return { root, skipped: walk.skipped, [Symbol.asyncDispose]: remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** What an extension host that was killed left behind; one that is still at work has touched its folder since. */
async function removeStaleCopies(): Promise<void> {
  const names = (await readdir(tmpdir()).catch(() => [])).filter((name) => name.startsWith(STAGING_PREFIX));
  for (const path of names.map((name) => join(tmpdir(), name))) {
    const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Infinity }));
    if (mtimeMs < Date.now() - MAX_STAGING_AGE_MS)
      await rm(path, { recursive: true, force: true }).catch(() => undefined);
  }
}

async function copyAll(walk: StagingWalk, root: string, { signal, onProgress }: StagingOptions): Promise<void> {
  const batch = new Set<Promise<void>>();
  const failed = new AbortController();
  try {
    for await (const { uri, path } of walk.files()) {
      const copySignal = AbortSignal.any([signal, failed.signal]);
      copySignal.throwIfAborted();
      const copy: Promise<void> = copyFile(walk, uri, join(root, path)).finally(() => batch.delete(copy));
      batch.add(copy);
      if (batch.size >= MAX_PARALLEL_COPIES) await Promise.race(batch);
      onProgress({ phase: 'scan', files: walk.count, bytes: walk.bytes });
    }
    await Promise.all(batch);
  } catch (error) {
    failed.abort();
    await Promise.allSettled(batch);
    throw error;
  }
}

async function copyFile(walk: StagingWalk, uri: vscode.Uri, to: string): Promise<void> {
  const content = await vscode.workspace.fs.readFile(uri);
  walk.updateSize(uri, content.byteLength);
  await mkdir(dirname(to), { recursive: true });
  // Never over another file: two names there may be one here.
  await writeFile(to, content, { flag: 'wx' });
}
