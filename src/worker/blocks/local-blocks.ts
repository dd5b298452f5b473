import type { Blockstore } from 'interface-blockstore';
import type { CID } from 'multiformats/cid';
import { DAG_PB } from '../dag/codecs.ts';
import { linksOf } from '../dag/nodes.ts';
import { readVerifiedBlock } from './block-storage.ts';

/**
 * CIDs of all blocks below a root that are in the store. Leaves are named by their parents, so they are not read; what is
 * missing or damaged is passed over. `seen` spares sub-trees that were walked before.
 */
export async function localBlocks(root: CID, store: Blockstore, seen = new Set<string>()): Promise<Set<string>> {
  const queue = [root];
  for (let cid = queue.pop(); cid !== undefined; cid = queue.pop()) {
    const key = cid.toString();
    if (seen.has(key)) continue;
    if (cid.code !== DAG_PB) {
      seen.add(key);
      continue;
    }
    const bytes = await readVerifiedBlock(store, cid);
    if (bytes === undefined) continue;
    seen.add(key);
    queue.push(...linksOf(bytes));
  }
  return seen;
}
