import type { CID } from 'multiformats/cid';
import { yieldEvery } from '../../shared/async.ts';
import { DAG_PB } from '../dag/codecs.ts';
import { linksOf } from '../dag/nodes.ts';
import type { BlockStore } from './block-store.ts';

export interface BlockVerification {
  readonly blocks: number;
  readonly bytes: number;
  /** Blocks that were not what their hash says, or cut off, or gone; they were removed. */
  readonly damaged: number;
}

/** Hash every block. Their last use stays what it was. */
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

/** How many blocks below a root are not here, as far as their parents tell; and how many of them were found damaged. */
export async function countMissingBlocks(
  root: CID,
  store: BlockStore,
  signal: AbortSignal,
): Promise<{ missing: number; damaged: number }> {
  const yieldIfDue = yieldEvery({ signal });
  const seen = new Set<string>();
  const queue = [root];
  let missing = 0;
  let damaged = 0;
  for (let cid = queue.pop(); cid !== undefined; cid = queue.pop()) {
    await yieldIfDue();
    const key = cid.toString();
    if (seen.has(key)) continue;
    seen.add(key);
    const { bytes: hash } = cid.multihash;
    const node = cid.code === DAG_PB ? await store.read(cid) : undefined;
    if (node !== undefined) queue.push(...linksOf(node));
    else if (store.index.find(hash) === undefined) {
      missing++;
      if (store.index.isDamaged(hash)) damaged++;
    }
  }
  return { missing, damaged };
}
