import type { Blockstore } from 'interface-blockstore';
import type { CID } from 'multiformats/cid';
import { GgenError, errorName } from '../../../shared/errors.ts';
import { collectBytes, parseRootCid, readVerifiedBlock } from '../../blocks/block-storage.ts';
import { listTreeFiles } from '../disk/tree-files.ts';
import type { GetBlock, TreeFile } from '../disk/tree-files.ts';
import { fetchContent } from '../../transfer/fetch-content.ts';
import type { ContentRef, FetchContentDeps } from '../../transfer/fetch-content.ts';

/** Reads blocks that were verified a moment ago and are leased: they are not hashed again. */
export function localBlockReader({ blocks }: { readonly blocks: Pick<Blockstore, 'get'> }): GetBlock {
  return async (cid) => {
    try {
      return await collectBytes(blocks.get(cid));
    } catch (cause) {
      throw blockMissing(cid, cause);
    }
  };
}

/** Reads blocks that may have been damaged in the store since they were fetched: each is hashed when it is first read. */
export function verifiedBlockReader({ blocks }: { readonly blocks: Blockstore }): GetBlock {
  const verified = new Set<string>();
  const readLocal = localBlockReader({ blocks });
  return async (cid) => {
    const key = cid.toString();
    if (verified.has(key)) return readLocal(cid);
    const bytes = await readVerifiedBlock(blocks, cid);
    if (bytes === undefined) throw blockMissing(cid);
    verified.add(key);
    return bytes;
  };
}

/**
 * Lists the files of an installed release. Its directory blocks are pinned while it is installed; damaged ones are fetched again.
 *
 * @param get as `verifiedBlockReader` returns it
 * @throws GgenError as `fetchContent` and `listTreeFiles`
 */
export async function listInstalledFiles(
  deps: FetchContentDeps,
  ref: ContentRef,
  get: GetBlock,
  signal: AbortSignal,
): Promise<TreeFile[]> {
  const list = (): Promise<TreeFile[]> => listTreeFiles(parseRootCid(ref.root), get, signal);
  try {
    return await list();
  } catch (error) {
    if (errorName(error) !== 'ContentCorrupt') throw error;
    await fetchContent(deps, ref, signal, () => undefined);
    return await list();
  }
}

function blockMissing(cid: CID, cause?: unknown): GgenError {
  return new GgenError('ContentCorrupt', `Block ${cid.toString()} is missing or damaged in the local store.`, {
    details: { cid: cid.toString() },
    cause,
  });
}
