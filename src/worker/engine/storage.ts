import type { ClosingStack } from '../../shared/closing-stack.ts';
import { openBlockStore, removeStaleDrafts } from '../blocks/block-storage.ts';
import type { BlockStore } from '../blocks/block-store.ts';
import { openCatalog } from '../catalog/catalog.ts';
import type { Catalog } from '../catalog/catalog.ts';
import { recoverInstallTransactions } from '../install/disk/install-transaction.ts';
import { toNotWritableError } from '../../platform/not-writable.ts';
import { removeStaleStagingFolders } from '../install/disk/staging-cleanup.ts';

/** What is on disk. */
export interface EngineStorage {
  readonly catalog: Catalog;
  readonly blocks: BlockStore;
}

/**
 * Open the data folder, and complete or roll back what a killed process left in it and in installed folders.
 *
 * @throws GgenError DataDirInUse, DataDirNotWritable, DatabaseTooNew, DiskFull, UnsupportedRuntime
 */
export async function openStorage(
  { dataDir, lockTimeoutMs }: { readonly dataDir: string; readonly lockTimeoutMs?: number },
  closing: ClosingStack,
): Promise<EngineStorage> {
  const catalog = await openCatalog(dataDir, lockTimeoutMs).catch((error: unknown) => {
    throw toNotWritableError(dataDir, error);
  });
  closing.defer(() => {
    catalog.close();
  });
  const blocks = await openBlockStore(dataDir).catch((error: unknown) => {
    throw toNotWritableError(dataDir, error);
  });
  closing.defer(() => blocks.close());
  await removeStaleDrafts(dataDir);
  await removeStaleStagingFolders(catalog.stagingFolders);
  await recoverInstallTransactions(catalog.installTransactions);
  return { catalog, blocks };
}
