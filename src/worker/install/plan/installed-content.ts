import type { CID } from 'multiformats/cid';
import type { InstallProgress } from '../../../shared/api/index.ts';
import { GgenError, errorName } from '../../../shared/errors.ts';
import type { InstalledPackage, ReleaseDetails } from '../../../shared/model.ts';
import { collectBytes, parseRootCid, readVerifiedBlock } from '../../blocks/block-storage.ts';
import { listTreeFiles } from '../disk/tree-files.ts';
import type { GetBlock, TreeFile } from '../disk/tree-files.ts';
import type { RegistryContext } from '../../registry/context.ts';
import { fetchContent } from '../../transfer/fetch-content.ts';

/** What is enough to know of a release to fetch its content. */
export type ContentRef = Pick<InstalledPackage, 'publisher' | 'name' | 'version' | 'root' | 'size' | 'files'>;

/** Fetch the content of a release of which only a lock file or an installation may tell. @throws GgenError as `fetchContent` says */
export async function fetchRef(
  context: RegistryContext,
  ref: ContentRef,
  signal: AbortSignal,
  onProgress: (progress: InstallProgress) => void,
): Promise<void> {
  await fetchContent(context, toReleaseDetails(ref), signal, onProgress);
}

function toReleaseDetails({ publisher, name, version, root, size, files }: ContentRef): ReleaseDetails {
  return {
    id: `${publisher}/${name}`,
    publisher,
    name,
    metadata: { title: name, description: '', categories: [], tags: [], license: '', authors: [] },
    release: { version, root, size, files, kind: 'gpack', dependencies: [], published: 0, yanked: false },
  };
}

/** Blocks that were made present and hashed a moment ago, and are held: they are not hashed again. */
export function localBlockReader({ blocks }: RegistryContext): GetBlock {
  return async (cid) => {
    try {
      return await collectBytes(blocks.get(cid));
    } catch (cause) {
      throw blockMissing(cid, cause);
    }
  };
}

/** Blocks that have lain in the store, hashed as they are first read. */
export function verifiedBlockReader(context: RegistryContext): GetBlock {
  const verified = new Set<string>();
  const readLocal = localBlockReader(context);
  return async (cid) => {
    const key = cid.toString();
    if (verified.has(key)) return readLocal(cid);
    const bytes = await readVerifiedBlock(context.blocks, cid);
    if (bytes === undefined) throw blockMissing(cid);
    verified.add(key);
    return bytes;
  };
}

/**
 * Files of a release that stands somewhere. Its directories are in the store as long as it is installed; what was damaged
 * there is fetched again.
 *
 * @param get as `verifiedBlocks` gives it
 * @throws GgenError as `fetchContent` and `listFiles` say
 */
export async function listInstalledFiles(
  context: RegistryContext,
  ref: ContentRef,
  get: GetBlock,
  signal: AbortSignal,
): Promise<TreeFile[]> {
  const list = (): Promise<TreeFile[]> => listTreeFiles(parseRootCid(ref.root), get, signal);
  try {
    return await list();
  } catch (error) {
    if (errorName(error) !== 'ContentCorrupt') throw error;
    await fetchRef(context, ref, signal, () => undefined);
    return await list();
  }
}

function blockMissing(cid: CID, cause?: unknown): GgenError {
  return new GgenError('ContentCorrupt', `Block ${cid.toString()} is missing or damaged in the local store.`, {
    details: { cid: cid.toString() },
    cause,
  });
}
