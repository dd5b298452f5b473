import type { Blockstore } from 'interface-blockstore';
import { errorMessage } from '../../../shared/errors.ts';
import { parseRootCid } from '../../blocks/block-storage.ts';
import { fetchContent, rankedProviders } from '../../transfer/fetch-content.ts';
import type { ContentRef, FetchContentDeps } from '../../transfer/fetch-content.ts';
import { estimateMissingBytes } from '../disk/missing-bytes.ts';

/** Bounds the time for all packages of a plan together. Without its folders a release counts as missing in whole. */
const FOLDERS_TIMEOUT_MS = 3_000;
const MAX_CONCURRENT_PACKAGES = 8;

/** Dependencies of `fetchFolders`. */
export interface FetchFoldersDeps extends Omit<FetchContentDeps, 'blocks'> {
  readonly blocks: Blockstore;
}

/**
 * Fetches the folders of releases that are not stored here, and no content of files: they tell which of it is missing.
 * A plan does without those that no peer sends in time.
 *
 * @returns the bytes that came from peers, by content root
 * @throws the reason of `signal`
 */
export async function fetchFolders(
  deps: FetchFoldersDeps,
  releases: readonly ContentRef[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, number>> {
  const received = new Map<string, number>();
  if (deps.network() === undefined) return received;
  const timeoutSignal = AbortSignal.any([signal, AbortSignal.timeout(FOLDERS_TIMEOUT_MS)]);
  const queue = releases.values();
  const worker = async (): Promise<void> => {
    for (const release of queue) {
      const { root, size } = release;
      if (rankedProviders(deps, release).length === 0) continue;
      try {
        if ((await estimateMissingBytes(parseRootCid(root), size, deps.blocks, timeoutSignal)) === 0) continue;
        received.set(root, await fetchContent(deps, release, timeoutSignal, () => undefined, { content: 'nodes' }));
      } catch (error) {
        signal.throwIfAborted();
        deps.loggers('install').debug(`The folders of ${root} are not known for the plan: ${errorMessage(error)}`);
      }
    }
  };
  await Promise.all(Array.from({ length: MAX_CONCURRENT_PACKAGES }, worker));
  return received;
}
