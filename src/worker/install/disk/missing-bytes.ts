import type { Blockstore } from 'interface-blockstore';
import type { CID } from 'multiformats/cid';
import { DAG_PB } from '../../dag/codecs.ts';
import { collectBytes } from '../../blocks/block-storage.ts';
import { walkTree } from '../../blocks/walk-tree.ts';
import { decodeUnixFsNode } from './tree-files.ts';

/** A block, and the size of everything below it. */
interface Subtree {
  readonly cid: CID;
  readonly total: number;
}

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
  const walk = walkTree<Subtree, readonly Subtree[] | undefined>([{ cid: root, total: size }], {
    keyOf: ({ cid }) => cid.toString(),
    read: async ({ cid }) => {
      if (!(await store.has(cid))) return undefined;
      if (cid.code !== DAG_PB) return [];
      const { links } = decodeUnixFsNode(cid, await collectBytes(store.get(cid)));
      return links.map(({ Hash, Tsize = 0 }) => ({ cid: Hash, total: Tsize }));
    },
    expand: (_subtree, children = []) => children,
    signal,
  });
  for await (const { step, value } of walk) {
    if (value !== undefined) continue;
    missing = true;
    bytes += step.total;
  }
  return missing ? Math.max(1, Math.min(bytes, size)) : 0;
}
