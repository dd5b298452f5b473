import { relative, sep } from 'node:path';
import type { InstallProgress } from '../../../shared/api/index.ts';
import type { InstalledPackage } from '../../../shared/model.ts';
import { installTrees } from '../disk/install-trees.ts';
import type { TextChange, TreeChange, InstalledSize } from '../disk/install-trees.ts';
import type { GetBlock } from '../disk/tree-files.ts';
import type { Catalog } from '../../catalog/catalog.ts';
import type { InstallTransactionLog } from '../disk/install-transaction.ts';
import { localBlockReader } from '../plan/installed-content.ts';

/** What writing releases needs: the local blocks, and the log of transactions. */
export type WriteReleasesDeps = Parameters<typeof localBlockReader>[0] & {
  readonly catalog: { readonly installTransactions: InstallTransactionLog };
};

/** What a changed installation is made known with. */
export interface AnnounceInstalledDeps {
  readonly catalog: {
    readonly installs: Pick<Catalog['installs'], 'has'>;
    readonly packages: Pick<Catalog['packages'], 'moveToLogEnd'>;
  };
  readonly seededContent: { resume(publisher: string, name: string): Promise<void> };
  readonly onChange: (id: string) => void;
  /** Undefined while no node runs. */
  readonly network: () => { readonly reprovider: { schedule(): void } } | undefined;
}

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
  deps: WriteReleasesDeps,
  changes: readonly TreeChange[],
  texts: readonly TextChange[],
  { getPreviousBlock, signal, onProgress, overwrite }: WriteReleasesOptions,
  writeRows: (written: ReadonlyMap<string, InstalledSize>) => void,
): Promise<void> {
  await installTrees(
    changes,
    texts,
    {
      transactions: deps.catalog.installTransactions,
      get: localBlockReader(deps),
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
  { catalog, seededContent, onChange, network }: AnnounceInstalledDeps,
  changed: readonly Pick<InstalledPackage, 'id' | 'publisher' | 'name'>[],
): Promise<void> {
  for (const { publisher, name, id } of changed) {
    if (catalog.installs.has(publisher, name)) await seededContent.resume(publisher, name);
    catalog.packages.moveToLogEnd(publisher, name);
    onChange(id);
  }
  network()?.reprovider.schedule();
}
