import { copyFile, link, lstat, mkdir, rename, rm, rmdir } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import type { InstallTransaction, InstallTransactions, Swap } from '../../catalog/tables/install-transactions.ts';
import { STAGING_PREFIX } from './staging-prefix.ts';

export type InstallTransactionLog = Pick<InstallTransactions, 'save' | 'commit' | 'remove' | 'list'>;

/**
 * Replaces all targets or none: renames each old target to its backup, renames the staged one in, and lets `record`
 * write the catalog's rows in the SQLite transaction that commits. A failure rolls back; after a kill
 * `recoverInstallTransactions` rolls back or completes. All renames stay within one folder, where every file system
 * does them atomically.
 *
 * @param verify checks the backups before the commit, when no program can reach them by their old path
 * @throws Node's error of the failed rename, and the errors of `verify` and `record`
 */
export async function runInstallTransaction(
  transaction: InstallTransaction,
  transactions: InstallTransactionLog,
  record: () => void,
  verify: () => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  const activeTransaction: InstallTransaction = { ...transaction, phase: 'swapping' };
  transactions.save(activeTransaction);
  try {
    for (const swap of transaction.swaps) await applySwap(swap);
    await verify();
    transactions.commit(activeTransaction, record);
  } catch (error) {
    await recover(activeTransaction, transactions);
    throw error;
  }
  await recover({ ...transaction, phase: 'done' }, transactions);
}

/** Removes the staged files of a transaction that has not renamed anything yet. */
export async function abortInstallTransaction(
  transaction: InstallTransaction,
  transactions: InstallTransactionLog,
): Promise<void> {
  await recover({ ...transaction, phase: 'staging' }, transactions);
}

/**
 * Rolls back or completes the transactions of a killed engine. One whose disk is unavailable is retried at the next
 * start.
 */
export async function recoverInstallTransactions(transactions: InstallTransactionLog): Promise<void> {
  for (const transaction of transactions.list()) await recover(transaction, transactions);
}

async function recover(transaction: InstallTransaction, transactions: InstallTransactionLog): Promise<void> {
  try {
    for (const swap of transaction.swaps.toReversed()) {
      if (!isOwnSwap(swap)) continue;
      // A missing parent may lie on a disk that is not mounted now.
      if (transaction.phase !== 'staging' && !(await exists(dirname(swap.target)))) return;
      if (transaction.phase === 'swapping') await revertSwap(swap);
      await remove(transaction.phase === 'done' ? swap.backup : swap.staging);
    }
    if (transaction.phase !== 'done')
      for (const folder of transaction.createdFolders.toReversed()) await rmdir(folder).catch(() => undefined);
  } catch {
    return;
  }
  transactions.remove(transaction.id);
}

/** Checks the names, so that a damaged log entry cannot make recovery touch the user's folders. */
function isOwnSwap({ staging, backup, target }: Swap): boolean {
  return [backup, ...(staging === undefined ? [] : [staging])].every(
    (path) => basename(path).startsWith(STAGING_PREFIX) && dirname(path) === dirname(target),
  );
}

async function applySwap({ target, staging, backup, before }: Swap): Promise<void> {
  if (before === 'file') {
    // A hard link keeps the file at its path at every moment; file systems without links get a copy.
    await link(target, backup).catch(() => copyFile(target, backup));
  } else if (before === 'folder') await rename(target, backup);
  else if (before === 'empty-folder') await rmdir(target);
  else if (await exists(target)) throw targetExistsError(target);
  if (staging !== undefined) await rename(staging, target);
}

async function revertSwap({ target, staging, backup, before }: Swap): Promise<void> {
  if (before === 'nothing' || before === 'empty-folder') {
    // A staged file that is missing was already renamed to the target.
    if (staging !== undefined && !(await exists(staging)) && (await exists(target))) await rename(target, staging);
    if (before === 'empty-folder') await mkdir(target, { recursive: true });
    return;
  }
  if (!(await exists(backup))) return;
  if (before === 'folder' && staging !== undefined && (await exists(target))) await rename(target, staging);
  await rename(backup, target);
  // Renaming one hard link over another of the same file keeps both names.
  await remove(backup);
}

async function remove(path: string | undefined): Promise<void> {
  if (path !== undefined) await rm(path, { recursive: true, force: true, maxRetries: 3 });
}

async function exists(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return false;
    throw error;
  }
}

function targetExistsError(path: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${path} was created during the installation`), {
    code: 'EEXIST',
    syscall: 'rename',
    path,
  });
}
