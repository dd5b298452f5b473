import type { CID } from 'multiformats/cid';
import { GgenError } from '../../shared/errors.ts';
import { unlessAborted } from '../../shared/waiting.ts';
import { readVerified } from '../blocks/blocks.ts';
import { Providers } from './providers.ts';
import type { BlockSource, BlockSourceOptions, TransferOptions } from './transfer-types.ts';
import { TreeBlocks } from './tree-blocks.ts';
import { TREE_OVERHEAD_BYTES } from './tree-bounds.ts';

export type * from './transfer-types.ts';

/**
 * Make every block below `root` present in the store, each hashed before it counts: from here where it is here, else from the
 * providers, several at once. What is here is not asked for.
 *
 * @throws GgenError ContentUnavailable, NodeNotRunning, LimitReached, RecordInvalid (the tree is not a plain UnixFS tree, or too
 *   large); whatever the signal was aborted with
 */
export async function fetchTree(root: CID, options: TransferOptions): Promise<void> {
  const { store, size, signal, onBlock } = options;
  signal.throwIfAborted();
  const blocks = new TreeBlocks(root, { store, maxBytes: size + TREE_OVERHEAD_BYTES, onBlock });
  const providers = new Providers(root, blocks, options, size);
  try {
    blocks.add(root, { depth: 0, size, follow: true });
    await unlessAborted(Promise.race([blocks.complete(), providers.failed]), signal);
  } finally {
    providers.close();
    await blocks.close();
  }
}

/**
 * Blocks of a release as they are asked for, for reading without fetching the rest. What the block is (of which form, and
 * of whose tree) is for the caller to check: only its hash is checked here.
 */
export function openBlockSource(root: CID, options: BlockSourceOptions): BlockSource {
  const { store } = options;
  const blocks = new TreeBlocks(root, { store, maxBytes: Infinity, onBlock: () => undefined });
  const fetching = new Map<string, Promise<Uint8Array>>();
  let providers: Providers | undefined;

  const fetch = async (cid: CID): Promise<Uint8Array> => {
    // The last providers came to their end: they begin anew, in the order that is known by now.
    if (providers?.isOver === true) providers = undefined;
    providers ??= new Providers(root, blocks, options, 0);
    const { failed } = providers;
    const arrival = blocks.arrival(cid);
    blocks.add(cid, { depth: 0, size: 0, follow: false });
    return Promise.race([arrival, failed]).finally(() => {
      blocks.forget(cid);
    });
  };

  const get = async (cid: CID, signal: AbortSignal): Promise<Uint8Array> => {
    signal.throwIfAborted();
    const here = await readVerified(store, cid);
    if (here !== undefined) return here;
    const key = cid.toString();
    let wanted = fetching.get(key);
    if (wanted === undefined) {
      wanted = fetch(cid).finally(() => fetching.delete(key));
      // Whoever asked may have gone; the block is fetched for the next one.
      wanted.catch(() => undefined);
      fetching.set(key, wanted);
    }
    return unlessAborted(wanted, signal);
  };

  return {
    get,
    close: () => {
      providers?.close(new GgenError('ContentUnavailable', 'The release was closed while a block was fetched.'));
      void blocks.close();
    },
  };
}
