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
 * Fetches every missing block below `root`, or every missing node, into the store, from several providers at the same time. Every block is
 * verified against its hash, including those that were stored before.
 *
 * @throws GgenError ContentUnavailable, NodeNotRunning, LimitReached, RecordInvalid (the tree is not a plain UnixFS
 *   tree, or is too large); the reason of the signal
 */
export async function fetchTree(root: CID, options: TransferOptions): Promise<void> {
  const { store, size, signal, onBlock, content = 'all' } = options;
  signal.throwIfAborted();
  const blocks = new TreeBlocks(root, { store, maxBytes: size + MAX_TREE_OVERHEAD_BYTES, onBlock, content });
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
 * Opens a source of single blocks of a release, for reading it without fetching the rest. The source verifies the hash
 * of each block; the caller checks its codec, and whether it belongs to the tree.
 */
export function openBlockSource(root: CID, options: BlockSourceOptions): BlockSource {
  const { store } = options;
  const blocks = new TreeBlocks(root, { store, maxBytes: Infinity, onBlock: () => undefined });
  const inFlight = new Map<string, Promise<Uint8Array>>();
  let providers: ProviderScheduler | undefined;

  const fetch = async (cid: CID): Promise<Uint8Array> => {
    // The previous scheduler failed: a new one asks all providers again.
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
      // The caller may have canceled; the block is stored for the next one.
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
