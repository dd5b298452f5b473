import { copyFile, link, lstat, mkdir, rename, rm, rmdir } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import type { InstallTransaction, InstallTransactions, Swap } from '../../catalog/tables/install-transactions.ts';
import { STAGING_PREFIX } from './staging-prefix.ts';

export type InstallTransactionLog = Pick<InstallTransactions, 'save' | 'commit' | 'remove' | 'list'>;

/**
 * Put everything that was staged in its place, all of it or nothing: what stood there is renamed aside, the new is renamed in,
 * `record` writes what the catalog says of it in the same transaction that makes the new state count. A failure takes all
 * back; a kill is healed by `healExchanges`. Renames within a folder are what every file system does in one step.
 *
 * @param verify the last word on what was put aside, which nobody reaches by its name any more
 * @throws Node's error of the rename that failed, and what `check` and `record` throw
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

/** Nothing was exchanged yet: remove what was staged. */
export async function abortInstallTransaction(
  transaction: InstallTransaction,
  transactions: InstallTransactionLog,
): Promise<void> {
  await recover({ ...transaction, phase: 'staging' }, transactions);
}

/** Bring what a killed engine left half done to the old state or the new one. What cannot be reached is tried again next time. */
export async function recoverInstallTransactions(transactions: InstallTransactionLog): Promise<void> {
  for (const transaction of transactions.list()) await recover(transaction, transactions);
}

async function recover(transaction: InstallTransaction, transactions: InstallTransactionLog): Promise<void> {
  try {
    for (const swap of transaction.swaps.toReversed()) {
      if (!isOwnSwap(swap)) continue;
      // Parents that are gone may be on a disk that is not there now.
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

/** Only what an installation made: the note alone is no reason to touch a folder of the user. */
function isOwnSwap({ staging, backup, target }: Swap): boolean {
  return [backup, ...(staging === undefined ? [] : [staging])].every(
    (path) => basename(path).startsWith(STAGING_PREFIX) && dirname(path) === dirname(target),
  );
}

async function applySwap({ target, staging, backup, before }: Swap): Promise<void> {
  if (before === 'file') {
    // Two names for one file, so that there is one at every moment; a copy where the file system has no such thing.
    await link(target, backup).catch(() => copyFile(target, backup));
  } else if (before === 'folder') await rename(target, backup);
  else if (before === 'empty-folder') await rmdir(target);
  else if (await exists(target)) throw targetExistsError(target);
  if (staging !== undefined) await rename(staging, target);
}

async function revertSwap({ target, staging, backup, before }: Swap): Promise<void> {
  if (before === 'nothing' || before === 'empty-folder') {
    // Staged and not there any more: it was renamed to the target.
    if (staging !== undefined && !(await exists(staging)) && (await exists(target))) await rename(target, staging);
    if (before === 'empty-folder') await mkdir(target, { recursive: true });
    return;
  }
  if (!(await exists(backup))) return;
  if (before === 'folder' && staging !== undefined && (await exists(target))) await rename(target, staging);
  await rename(backup, target);
  // Renaming a file to another name of itself leaves both.
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
  return Object.assign(new Error(`${path} came to be meanwhile`), { code: 'EEXIST', syscall: 'rename', path });
}
