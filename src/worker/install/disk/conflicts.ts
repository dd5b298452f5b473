import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { GgenError } from '../../../shared/errors.ts';
import type { Swap } from '../../catalog/tables/install-transactions.ts';
import { findChangesSince } from './concurrent-changes.ts';
import type { FolderSnapshot } from './concurrent-changes.ts';

/** Paths in one folder whose content the user would lose. */
export interface Conflict {
  readonly target: string;
  readonly paths: readonly string[];
}

/** The user changed files while the transaction was prepared. */
export class ConcurrentChangeError extends Error {
  readonly conflicts: readonly Conflict[];

  constructor(conflicts: readonly Conflict[]) {
    super('Files were changed during the installation');
    this.conflicts = conflicts;
  }
}

/**
 * Checks the backups for changes made after the comparison. Call it once all targets are renamed, when no program can
 * reach the old files by their path.
 *
 * @throws ConcurrentChangeError
 */
export async function assertFoldersUnchanged(
  jobs: readonly { readonly swap: Swap; readonly snapshot?: FolderSnapshot }[],
  signal: AbortSignal,
): Promise<void> {
  const conflicts: Conflict[] = [];
  for (const { snapshot, swap } of jobs) {
    if (snapshot === undefined) continue;
    // At this point the staged folder has replaced the target, and the previous one is the backup.
    const paths = await findChangesSince(
      snapshot,
      swap.backup,
      swap.staging === undefined ? undefined : swap.target,
      signal,
    );
    if (paths.length > 0) conflicts.push({ target: swap.target, paths });
  }
  if (conflicts.length > 0) throw new ConcurrentChangeError(conflicts);
}

/**
 * Checks the backups of texts in the same way.
 *
 * @param swaps those of `texts`, in the same order
 * @throws GgenError PlanOutdated
 */
export async function assertTextsUnchanged(
  texts: readonly { readonly target: string; readonly previous?: string }[],
  swaps: readonly Swap[],
): Promise<void> {
  for (const [index, { target, previous }] of texts.entries()) {
    const backup = swaps[index]?.backup;
    if (previous === undefined || backup === undefined || (await readFile(backup, 'utf8')) === previous) continue;
    throw new GgenError('PlanOutdated', `${target} changed during the installation. Nothing was changed.`, {
      details: { path: target },
    });
  }
}

/** Bounds the size of the error; a user cannot review more paths than that. */
const MAX_REPORTED_PATHS = 1_000;

/** Asks the caller to let the user confirm the loss of these files. */
export function filesChangedError(conflicts: readonly Conflict[]): GgenError {
  const all = conflicts.flatMap(({ target, paths }) => paths.map((path) => join(target, path)));
  const shown = all.slice(0, 3).join(', ');
  const more = all.length > 3 ? ` and ${all.length - 3} more` : '';
  return new GgenError(
    'FilesChanged',
    `This would overwrite or delete files that were changed by hand: ${shown}${more}. Nothing was changed.`,
    { details: { count: all.length, files: all.slice(0, MAX_REPORTED_PATHS) } },
  );
}
