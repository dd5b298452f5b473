import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import * as vscode from 'vscode';
import type { DraftProgress } from '../../../shared/api/index.ts';
import type { ProjectLimits, ReleaseDraft } from '../../../shared/model.ts';
import { StagingWalk } from './staging-walk.ts';

/** A project on a disk that the engine can read. Disposing removes the copy, never the user's own folder. */
export interface ProjectOnDisk extends AsyncDisposable {
  /** Absolute path of the folder. */
  readonly root: string;
  /** Entries that were not copied. */
  readonly excluded: ReleaseDraft['excluded'];
  readonly moreExcluded: number;
}

export interface StagingOptions {
  readonly limits: ProjectLimits;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: DraftProgress) => void;
}

/** Prefix of the temporary folders that hold copies. */
const STAGING_PREFIX = 'ggen-remote-';
/** A copy is used for minutes; an older one was left by a killed extension host. */
const MAX_STAGING_AGE_MS = 24 * 60 * 60 * 1000;
/** Files that are copied concurrently: each takes one round trip to the provider of the folder. */
const MAX_PARALLEL_COPIES = 8;

/**
 * The project's folder when it is on a local disk; else a copy in a temporary folder, read through VS Code's file
 * systems (remote window, virtual workspace) without ignored files.
 *
 * @throws GgenError ProjectTooLarge, ProjectChanged, InvalidRequest
 */
export async function projectOnDisk(folder: vscode.Uri, options: StagingOptions): Promise<ProjectOnDisk> {
  if (folder.scheme === 'file') {
    return { root: folder.fsPath, excluded: [], moreExcluded: 0, [Symbol.asyncDispose]: () => Promise.resolve() };
  }
  await removeStaleCopies();
  const root = await mkdtemp(join(tmpdir(), STAGING_PREFIX));
  const remove = (): Promise<void> => rm(root, { recursive: true, force: true, maxRetries: 3 });
  try {
    const walk = new StagingWalk(folder, options.limits, options.signal);
    await copyAll(walk, root, options);
    return { root, excluded: walk.excluded, moreExcluded: walk.moreExcluded, [Symbol.asyncDispose]: remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** Remove copies that killed extension hosts left. A copy in use has a recent modification time. */
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
  // Never overwrite: two names of the source may be the same on a case-insensitive disk.
  await writeFile(to, content, { flag: 'wx' });
}
