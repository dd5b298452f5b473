import type { CID } from 'multiformats/cid';
import { GgenError } from '../../shared/errors.ts';
import { raceSignal } from '../../shared/async.ts';
import { readVerifiedBlock } from '../blocks/block-storage.ts';
import { ProviderScheduler } from './provider-scheduler.ts';
import type { BlockSource, BlockSourceOptions, TransferOptions } from './transfer-types.ts';
import { TreeBlocks } from './tree-blocks.ts';
import { MAX_TREE_OVERHEAD_BYTES } from './tree-limits.ts';

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
  const blocks = new TreeBlocks(root, { store, maxBytes: size + MAX_TREE_OVERHEAD_BYTES, onBlock });
  const providers = new ProviderScheduler(root, blocks, options, size);
  try {
    blocks.add(root, { depth: 0, size, followLinks: true });
    await raceSignal(Promise.race([blocks.whenComplete(), providers.failed]), signal);
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
  const inFlight = new Map<string, Promise<Uint8Array>>();
  let providers: ProviderScheduler | undefined;

  const fetch = async (cid: CID): Promise<Uint8Array> => {
    // The last providers came to their end: they begin anew, in the order that is known by now.
    if (providers?.isClosed === true) providers = undefined;
    providers ??= new ProviderScheduler(root, blocks, options, 0);
    const { failed } = providers;
    const received = blocks.waitFor(cid);
    blocks.add(cid, { depth: 0, size: 0, followLinks: false });
    return Promise.race([received, failed]).finally(() => {
      blocks.forget(cid);
    });
  };

  const get = async (cid: CID, signal: AbortSignal): Promise<Uint8Array> => {
    signal.throwIfAborted();
    const local = await readVerifiedBlock(store, cid);
    if (local !== undefined) return local;
    const key = cid.toString();
    let request = inFlight.get(key);
    if (request === undefined) {
      request = fetch(cid).finally(() => inFlight.delete(key));
      // Whoever asked may have gone; the block is fetched for the next one.
      request.catch(() => undefined);
      inFlight.set(key, request);
    }
    return raceSignal(request, signal);
  };

  return {
    get,
    close: () => {
      providers?.close(new GgenError('ContentUnavailable', 'The release was closed while a block was being fetched.'));
      void blocks.close();
    },
  };
}
