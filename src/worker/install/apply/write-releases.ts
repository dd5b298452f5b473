import type { Blockstore } from 'interface-blockstore';
import { relative, resolve, sep } from 'node:path';
import type { InstallProgress } from '../../../shared/api/index.ts';
import type { InstalledPackage } from '../../../shared/model.ts';
import { realParentPath } from '../disk/real-path.ts';
import { installTrees } from '../disk/install-trees.ts';
import type { TextChange, TreeChange, InstalledSize } from '../disk/install-trees.ts';
import type { GetBlock } from '../disk/tree-files.ts';
import { Umask } from '../disk/umask.ts';
import type { Catalog } from '../../catalog/catalog.ts';
import type { InstallTransactionLog } from '../disk/install-transaction.ts';
import { localBlockReader } from '../plan/installed-content.ts';

/** Dependencies of `writeReleases`. */
export interface WriteReleasesDeps {
  readonly blocks: Pick<Blockstore, 'get'>;
  readonly catalog: { readonly installTransactions: InstallTransactionLog };
}

/** Dependencies of `announceInstalled`. */
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
  /** Blocks of the installed release, from `verifiedBlockReader`. */
  readonly getPreviousBlock: GetBlock;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: InstallProgress) => void;
  /** Absolute paths that the user agreed to lose; `*` for all conflicts. */
  readonly overwrite: readonly string[];
  /** Umask of the user's process; that of this process when left out. */
  readonly umask?: number | undefined;
}

/**
 * Writes releases whose blocks are all in the local store, and updates the catalog in the same transaction.
 *
 * @throws GgenError the errors of `installTrees`
 */
export async function writeReleases(
  deps: WriteReleasesDeps,
  changes: readonly TreeChange[],
  texts: readonly TextChange[],
  { getPreviousBlock, signal, onProgress, overwrite, umask }: WriteReleasesOptions,
  writeRows: (written: ReadonlyMap<string, InstalledSize>) => void,
): Promise<void> {
  const agreed = await Promise.all(overwrite.map(toRealPath));
  await installTrees(
    changes,
    texts,
    {
      transactions: deps.catalog.installTransactions,
      get: localBlockReader(deps),
      getPrevious: getPreviousBlock,
      signal,
      onProgress,
      umask: new Umask(umask),
      overwrite: (target) => new Set(agreed.map((path) => relativeToTarget(target, path))),
    },
    writeRows,
  );
}

/** Resolves the links above a path, and keeps its trailing slash. */
async function toRealPath(path: string): Promise<string> {
  return path === '*' ? path : `${await realParentPath(resolve(path))}${/[\\/]$/.test(path) ? '/' : ''}`;
}

/** Converts to the form of paths in a release: relative, with forward slashes, a trailing slash kept. */
function relativeToTarget(target: string, path: string): string {
  if (path === '*') return path;
  const inside = relative(target, path).replaceAll(sep, '/');
  return /[\\/]$/.test(path) ? `${inside}/` : inside;
}

/**
 * Tells listeners, peers that sync and the DHT which packages are now installed and seeded. Call it after the
 * transaction.
 */
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
