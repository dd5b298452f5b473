import type { Blockstore } from 'interface-blockstore';
import type { CID } from 'multiformats/cid';
import { DAG_PB } from '../../dag/codecs.ts';
import { collectBytes } from '../../blocks/block-storage.ts';
import { decodeUnixFsNode } from './tree-files.ts';

/**
 * Estimates how many bytes of a release are not in the store. The sizes of missing subtrees come from their parents'
 * links. The result never exceeds `size`, and is 0 only when no block is missing.
 */
export async function estimateMissingBytes(
  root: CID,
  size: number,
  store: Pick<Blockstore, 'get' | 'has'>,
  signal: AbortSignal,
): Promise<number> {
  let bytes = 0;
  let missing = false;
  const seen = new Set<string>();
  const queue = [{ cid: root, total: size }];
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    signal.throwIfAborted();
    const { cid, total } = next;
    const key = cid.toString();
    if (seen.has(key)) continue;
    seen.add(key);
    if (!(await store.has(cid))) {
      missing = true;
      bytes += total;
    } else if (cid.code === DAG_PB) {
      const { links } = decodeUnixFsNode(cid, await collectBytes(store.get(cid)));
      queue.push(...links.map(({ Hash, Tsize = 0 }) => ({ cid: Hash, total: Tsize })));
    }
  }
  return missing ? Math.max(1, Math.min(bytes, size)) : 0;
}
