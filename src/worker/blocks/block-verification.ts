import type { CID } from 'multiformats/cid';
import { yieldEvery } from '../../shared/async.ts';
import { DAG_PB } from '../dag/codecs.ts';
import { linksOf } from '../dag/nodes.ts';
import type { BlockStore } from './block-store.ts';
import { walkTree } from './walk-tree.ts';

export interface BlockVerification {
  readonly blocks: number;
  readonly bytes: number;
  /** Blocks that did not match their hash, or were truncated or missing. They were removed. */
  readonly damaged: number;
}

/**
 * Hashes every stored block and removes the damaged ones. Access times stay as they are.
 *
 * @param onProgress called with the result so far after each page of the index
 * @throws the reason of the signal
 */
export async function verifyBlocks(
  store: BlockStore,
  signal: AbortSignal,
  onProgress: (result: BlockVerification) => void,
): Promise<BlockVerification> {
  await store.indexFiles(signal);
  const yieldIfDue = yieldEvery({ signal });
  let result: BlockVerification = { blocks: 0, bytes: 0, damaged: 0 };
  for await (const rows of store.pages()) {
    for (const row of rows) {
      signal.throwIfAborted();
      const isIntact = await store.verify(row);
      result = {
        blocks: result.blocks + 1,
        bytes: result.bytes + row.size,
        damaged: result.damaged + (isIntact ? 0 : 1),
      };
      await yieldIfDue();
    }
    onProgress(result);
  }
  return result;
}

/**
 * Counts the blocks below a root that are not stored, as far as their parents are; and how many of these were found
 * damaged.
 *
 * @throws the reason of the signal
 */
export async function countMissingBlocks(
  root: CID,
  store: BlockStore,
  signal: AbortSignal,
): Promise<{ missing: number; damaged: number }> {
  let missing = 0;
  let damaged = 0;
  const walk = walkTree([root], {
    keyOf: (cid) => cid.toString(),
    canExpand: (cid) => cid.code === DAG_PB,
    read: (cid) => (cid.code === DAG_PB ? store.read(cid) : undefined),
    expand: (_cid, node) => (node === undefined ? [] : linksOf(node)),
    signal,
  });
  for await (const { step: cid, value: node } of walk) {
    const { bytes: hash } = cid.multihash;
    if (node !== undefined || store.index.find(hash) !== undefined) continue;
    missing++;
    if (store.index.isDamaged(hash)) damaged++;
  }
  return { missing, damaged };
}
