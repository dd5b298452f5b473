import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { GgenError } from '../../../shared/errors.ts';
import type { Swap } from '../../catalog/tables/install-transactions.ts';
import { findChangesSince } from './concurrent-changes.ts';
import type { FolderSnapshot } from './concurrent-changes.ts';

/** What the user would lose in one folder. */
export interface Conflict {
  readonly target: string;
  readonly paths: readonly string[];
}

/** The user changed something while the exchange was prepared. */
export class ConcurrentChangeError extends Error {
  readonly conflicts: readonly Conflict[];

  constructor(conflicts: readonly Conflict[]) {
    super('Files were changed meanwhile');
    this.conflicts = conflicts;
  }
}

/** Once everything was put aside: whether all of it is as it was compared. @throws ChangedMeanwhile */
export async function assertFoldersUnchanged(
  jobs: readonly { readonly swap: Swap; readonly snapshot?: FolderSnapshot }[],
  signal: AbortSignal,
): Promise<void> {
  const conflicts: Conflict[] = [];
  for (const { snapshot, swap } of jobs) {
    if (snapshot === undefined) continue;
    // By now what was staged stands at the target.
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

/** The same for texts. @param swaps of each text @throws GgenError PlanOutdated */
export async function assertTextsUnchanged(
  texts: readonly { readonly target: string; readonly previous?: string }[],
  swaps: readonly Swap[],
): Promise<void> {
  for (const [index, { target, previous }] of texts.entries()) {
    const backup = swaps[index]?.backup;
    if (previous === undefined || backup === undefined || (await readFile(backup, 'utf8')) === previous) continue;
    throw new GgenError('PlanOutdated', `${target} was changed while packages were installed. Nothing was changed.`, {
      details: { path: target },
    });
  }
}

/** Most paths that an error carries: enough to choose from. */
const MAX_REPORTED_PATHS = 1_000;

/** That the caller has to ask the user, who may give these files up. */
export function filesChangedError(conflicts: readonly Conflict[]): GgenError {
  const all = conflicts.flatMap(({ target, paths }) => paths.map((path) => join(target, path)));
  const shown = all.slice(0, 3).join(', ');
  const more = all.length > 3 ? ` and ${all.length - 3} more` : '';
  return new GgenError(
    'FilesChanged',
    `This would overwrite or delete what was changed by hand: ${shown}${more}. Nothing was changed.`,
    { details: { count: all.length, files: all.slice(0, MAX_REPORTED_PATHS) } },
  );
}
