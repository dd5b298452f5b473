import type { Blockstore } from 'interface-blockstore';
import type { CID } from 'multiformats/cid';
import { DAG_PB } from '../dag/codecs.ts';
import { linksOf } from '../dag/nodes.ts';
import type { BlockStore } from './block-store.ts';
import { readVerifiedBlock } from './block-storage.ts';
import { walkTree } from './walk-tree.ts';

/**
 * CIDs of the stored blocks below some roots. Leaves are not looked up: their parents name them. Nodes that are missing
 * or damaged are left out, with everything below them.
 *
 * @throws the reason of the signal
 */
export async function localBlocks(roots: Iterable<CID>, store: Blockstore, signal?: AbortSignal): Promise<Set<string>> {
  const found = new Set<string>();
  const walk = walkTree(roots, {
    keyOf: (cid) => cid.toString(),
    canExpand: (cid) => cid.code === DAG_PB,
    read: (cid) => (cid.code === DAG_PB ? readVerifiedBlock(store, cid) : undefined),
    expand: (_cid, node) => (node === undefined ? [] : linksOf(node)),
    signal,
  });
  for await (const { step: cid, value: node } of walk) {
    if (cid.code !== DAG_PB || node !== undefined) found.add(cid.toString());
  }
  return found;
}

/**
 * Bytes of the stored blocks below a root, each counted once.
 *
 * @throws the reason of the signal
 */
export async function localSize(root: CID, store: BlockStore, signal: AbortSignal): Promise<number> {
  const walk = walkTree([root], {
    keyOf: (cid) => cid.toString(),
    canExpand: (cid) => cid.code === DAG_PB,
    read: async (cid) => {
      const { size = 0 } = store.index.find(cid.multihash.bytes) ?? {};
      return { size, node: size > 0 && cid.code === DAG_PB ? await store.read(cid) : undefined };
    },
    expand: (_cid, { node }) => (node === undefined ? [] : linksOf(node)),
    signal,
  });
  let bytes = 0;
  for await (const { value } of walk) bytes += value.size;
  return bytes;
}
