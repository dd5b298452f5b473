import type { CID } from 'multiformats/cid';
import type { Blockstore } from 'interface-blockstore';
import { DAG_PB, RAW } from '../dag/codecs.ts';
import { matchesCid } from '../blocks/block-storage.ts';
import { decodeUnixFsNode } from '../install/disk/tree-files.ts';
import { MAX_TREE_BLOCKS, MAX_TREE_OVERHEAD_BYTES } from '../transfer/tree-limits.ts';
import { archiveInvalidError } from './car-reader.ts';
import type { CarReader } from './car-reader.ts';

export interface ReadTreeOptions {
  readonly store: Pick<Blockstore, 'put'>;
  /** Bytes of the release's files, from its record. */
  readonly size: number;
  readonly signal: AbortSignal;
  /** Called with the size of each block that is stored. */
  readonly onBlock: (bytes: number) => void;
}

/**
 * Stores all blocks below a root from a file. The file must contain exactly the blocks of the tree: each once, each
 * matching its hash, and each after a block that links to it. It is not a `walkTree`, because the file determines the
 * order.
 *
 * @returns the number of blocks
 * @throws GgenError ArchiveInvalid, and what the store throws; the reason of the signal
 */
export async function readCarTree(root: CID, reader: CarReader, options: ReadTreeOptions): Promise<number> {
  const { store, size, signal, onBlock } = options;
  const seen = new Set([root.toString()]);
  const expected = new Set(seen);
  let bytes = 0;
  for (let block = await reader.next(); block !== undefined; block = await reader.next()) {
    signal.throwIfAborted();
    const { cid } = block;
    if (!expected.delete(cid.toString()))
      throw archiveInvalidError('it contains a block that is not part of the release');
    if (cid.code !== DAG_PB && cid.code !== RAW) throw archiveInvalidError('it contains a block of an unknown type');
    if (!(await matchesCid(cid, block.bytes))) throw archiveInvalidError('a block in it does not match its hash');
    bytes += block.bytes.length;
    if (bytes > size + MAX_TREE_OVERHEAD_BYTES) throw archiveInvalidError('it contains more than its record specifies');
    for (const link of cid.code === DAG_PB ? decodeUnixFsNode(cid, block.bytes).links : []) {
      const key = link.Hash.toString();
      if (seen.has(key)) continue;
      if (seen.size >= MAX_TREE_BLOCKS) throw archiveInvalidError('it contains more than its record specifies');
      seen.add(key);
      expected.add(key);
    }
    await store.put(cid, block.bytes, { signal });
    onBlock(block.bytes.length);
  }
  if (expected.size > 0) throw archiveInvalidError('it is incomplete');
  return seen.size;
}
