import type { Blockstore } from 'interface-blockstore';
import { errorName } from '../../../shared/errors.ts';
import { parseRootCid } from '../../blocks/block-storage.ts';
import { localState } from '../disk/local-state.ts';
import { toTargetError } from '../disk/target.ts';
import { listTreeFiles } from '../disk/tree-files.ts';
import { verifiedBlockReader } from './installed-content.ts';

/** How a folder differs from a release. Files that do not belong to the release do not count. */
export interface InstalledComparison {
  /** Files that are changed or missing; `Infinity` when the blocks that would tell are not stored here. */
  readonly differences: number;
  /** Files that are missing. */
  readonly missing: number;
  /** Files that are as in the release. */
  readonly same: number;
}

/**
 * Compares a folder with a release, from the blocks that are stored here.
 *
 * @param root of the release
 * @throws GgenError TargetNotWritable and the like when the folder cannot be read
 */
export async function compareInstalled(
  deps: { readonly blocks: Blockstore },
  root: string,
  folder: string,
  signal: AbortSignal,
): Promise<InstalledComparison> {
  const get = verifiedBlockReader(deps);
  try {
    const files = await listTreeFiles(parseRootCid(root), get, signal);
    const { entries, missing } = await localState(files, folder, { get, signal });
    const changed = entries.filter(({ state }) => state !== 'same' && state !== 'extra');
    const same = entries.filter(({ state }) => state === 'same').length;
    return { differences: changed.length + missing.length, missing: missing.length, same };
  } catch (error) {
    if (errorName(error) === 'ContentCorrupt') return { differences: Infinity, missing: 0, same: 0 };
    signal.throwIfAborted();
    throw toTargetError(folder, error);
  }
}
