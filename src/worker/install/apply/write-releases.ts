import { relative, sep } from 'node:path';
import type { InstallProgress } from '../../../shared/api/index.ts';
import type { InstalledPackage } from '../../../shared/model.ts';
import { installTrees } from '../disk/install-trees.ts';
import type { TextChange, TreeChange, InstalledSize } from '../disk/install-trees.ts';
import type { GetBlock } from '../disk/tree-files.ts';
import type { RegistryContext } from '../../registry/context.ts';
import { localBlockReader } from '../plan/installed-content.ts';

export interface WriteReleasesOptions {
  /** Blocks of what stands there, as `verifiedBlocks` gives them. */
  readonly getPreviousBlock: GetBlock;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: InstallProgress) => void;
  /** Absolute paths that the user gave up; `*` for all that would be in the way. */
  readonly overwrite: readonly string[];
}

/**
 * Put releases, all of whose blocks are here, in their places, and note it in the catalog in the same step.
 *
 * @throws GgenError as `installTrees` says
 */
export async function writeReleases(
  context: RegistryContext,
  changes: readonly TreeChange[],
  texts: readonly TextChange[],
  { getPreviousBlock, signal, onProgress, overwrite }: WriteReleasesOptions,
  writeRows: (written: ReadonlyMap<string, InstalledSize>) => void,
): Promise<void> {
  await installTrees(
    changes,
    texts,
    {
      transactions: context.catalog.installTransactions,
      get: localBlockReader(context),
      getPrevious: getPreviousBlock,
      signal,
      onProgress,
      overwrite: (target) => new Set(overwrite.map((path) => relativeToTarget(target, path))),
    },
    writeRows,
  );
}

/** As paths within a target are written: relative, with forward slashes, a closing one kept. */
function relativeToTarget(target: string, path: string): string {
  if (path === '*') return path;
  const inside = relative(target, path).replaceAll(sep, '/');
  return /[\\/]$/.test(path) ? `${inside}/` : inside;
}

/** Tell everybody what is installed and served now, after it is so. */
export async function announceInstalled(
  context: RegistryContext,
  changed: readonly Pick<InstalledPackage, 'id' | 'publisher' | 'name'>[],
): Promise<void> {
  for (const { publisher, name, id } of changed) {
    if (context.catalog.installs.has(publisher, name)) await context.seededContent.resume(publisher, name);
    context.catalog.packages.moveToLogEnd(publisher, name);
    context.onChange(id);
  }
  context.network()?.reprovider.schedule();
}
