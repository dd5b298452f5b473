import { decode } from '@ipld/dag-pb';
import type { Blockstore } from 'interface-blockstore';
import type { CID } from 'multiformats/cid';
import { collect } from './blocks.ts';

const DAG_PB = 0x70;

/**
 * CIDs of all blocks below a root that are in the store. Leaves are named by their parents, so they are not read; what is
 * missing is passed over. `seen` spares sub-trees that were walked before.
 */
export async function localBlocks(
  root: CID,
  store: Pick<Blockstore, 'get' | 'has'>,
  seen = new Set<string>(),
): Promise<Set<string>> {
  const queue = [root];
  for (let cid = queue.pop(); cid !== undefined; cid = queue.pop()) {
    const key = cid.toString();
    if (seen.has(key)) continue;
    if (cid.code !== DAG_PB) {
      seen.add(key);
      continue;
    }
    if (!(await store.has(cid))) continue;
    seen.add(key);
    queue.push(...decode(await collect(store.get(cid))).Links.map(({ Hash }) => Hash));
  }
  return seen;
}
