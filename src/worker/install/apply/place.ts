import { relative, sep } from 'node:path';
import type { InstallProgress } from '../../../shared/api.ts';
import type { InstalledPackage } from '../../../shared/model.ts';
import { installTrees } from '../disk/install-trees.ts';
import type { TextChange, TreeChange, Written } from '../disk/install-trees.ts';
import type { GetBlock } from '../disk/tree-files.ts';
import type { RegistryContext } from '../../registry/context.ts';
import { presentBlocks } from '../plan/content.ts';

export interface PlaceOptions {
  /** Blocks of what stands there, as `verifiedBlocks` gives them. */
  readonly old: GetBlock;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: InstallProgress) => void;
  /** Absolute paths that the user gave up; `*` for all that would be in the way. */
  readonly overwrite: readonly string[];
}

/**
 * Put releases, all of whose blocks are here, in their places, and note it in the catalogue in the same step.
 *
 * @throws GgenError as `installTrees` says
 */
export async function place(
  context: RegistryContext,
  changes: readonly TreeChange[],
  texts: readonly TextChange[],
  { old, signal, onProgress, overwrite }: PlaceOptions,
  record: (written: ReadonlyMap<string, Written>) => void,
): Promise<void> {
  await installTrees(
    changes,
    texts,
    {
      notes: context.catalogue.exchanges,
      get: presentBlocks(context),
      getOld: old,
      signal,
      onProgress,
      overwrite: (target) => new Set(overwrite.map((path) => belowTarget(target, path))),
    },
    record,
  );
}

/** As paths within a target are written: relative, with forward slashes, a closing one kept. */
function belowTarget(target: string, path: string): string {
  if (path === '*') return path;
  const inside = relative(target, path).replaceAll(sep, '/');
  return /[\\/]$/.test(path) ? `${inside}/` : inside;
}

/** Tell everybody what is installed and served now, after it is so. */
export async function tellInstalled(
  context: RegistryContext,
  changed: readonly Pick<InstalledPackage, 'id' | 'publisher' | 'name'>[],
): Promise<void> {
  for (const { publisher, name, id } of changed) {
    if (context.catalogue.installs.has(publisher, name)) await context.served.resume(publisher, name);
    context.catalogue.packages.relog(publisher, name);
    context.onChange(id);
  }
  context.network()?.provider.soon();
}
