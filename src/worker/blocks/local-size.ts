import type { CID } from 'multiformats/cid';
import { yieldEvery } from '../../shared/async.ts';
import { DAG_PB } from '../dag/codecs.ts';
import { linksOf } from '../dag/nodes.ts';
import type { BlockStore } from './block-store.ts';

/** Bytes of the blocks below a root that are here, each counted once. */
export async function localSize(root: CID, store: BlockStore, signal: AbortSignal): Promise<number> {
  const yieldIfDue = yieldEvery({ signal });
  const seen = new Set<string>();
  const queue = [root];
  let bytes = 0;
  for (let cid = queue.pop(); cid !== undefined; cid = queue.pop()) {
    await yieldIfDue();
    const key = cid.toString();
    const row = store.index.find(cid.multihash.bytes);
    if (row === undefined || seen.has(key)) continue;
    seen.add(key);
    bytes += row.size;
    const node = cid.code === DAG_PB ? await store.read(cid) : undefined;
    if (node !== undefined) queue.push(...linksOf(node));
  }
  return bytes;
}
