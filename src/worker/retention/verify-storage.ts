import type { VerifyProgress } from '../../shared/api/index.ts';
import { errorMessage, isAbort } from '../../shared/errors.ts';
import type { RepairResult, StorageReport } from '../../shared/model.ts';
import type { BlockStore } from '../blocks/block-store.ts';
import { parseRootCid } from '../blocks/block-storage.ts';
import { verifyBlocks, countMissingBlocks } from '../blocks/block-verification.ts';
import type { Catalog } from '../catalog/catalog.ts';
import { throttled } from '../transfer/throttle.ts';
import { contentOf, fetchContent } from '../transfer/fetch-content.ts';
import type { FetchContentDeps } from '../transfer/fetch-content.ts';
import type { Lookup } from '../registry/lookup.ts';
import type { Retention } from './retention.ts';

/** Dependencies of `verifyStorage`. */
export interface VerifyStorageDeps extends FetchContentDeps {
  readonly catalog: FetchContentDeps['catalog'] & Pick<Catalog, 'packages' | 'installs' | 'kept'>;
  readonly blocks: BlockStore;
  readonly retention: Pick<Retention, 'reserve' | 'pinsChanged'>;
}

interface PinnedRelease {
  readonly id: string;
  readonly version: string;
  readonly root: string;
}

/**
 * Hashes every stored block, removes damaged ones, and fetches the missing blocks of every published, installed or kept
 * release.
 *
 * @throws the reason of the signal
 */
export async function verifyStorage(
  deps: VerifyStorageDeps,
  lookup: Pick<Lookup, 'getVersion'>,
  signal: AbortSignal,
  onProgress: (progress: VerifyProgress) => void,
): Promise<StorageReport> {
  const total = deps.blocks.size;
  const report = throttled(onProgress);
  const checked = await verifyBlocks(deps.blocks, signal, ({ blocks, bytes }) => {
    report(() => ({ phase: 'check', blocks, bytes, totalBlocks: total.blocks, totalBytes: total.bytes }));
  });
  const repaired: RepairResult[] = [];
  const unrepaired: RepairResult[] = [];
  for (const release of await findIncomplete(deps, signal)) {
    const { id, version } = release;
    onProgress({ phase: 'repair', ...checked, totalBlocks: total.blocks, totalBytes: total.bytes, id });
    const reason = await repair(deps, lookup, release, signal);
    if (reason === undefined) repaired.push({ id, version });
    else unrepaired.push({ id, version, reason });
  }
  deps.retention.pinsChanged();
  deps
    .loggers('storage')
    .info(`Verified ${checked.blocks} blocks: ${checked.damaged} damaged, ${unrepaired.length} releases not repaired`);
  return { ...checked, repaired, unrepaired };
}

/** Fetches the missing blocks of a release. Returns why that failed; undefined when it succeeded. */
async function repair(
  deps: VerifyStorageDeps,
  lookup: Pick<Lookup, 'getVersion'>,
  { id, version, root }: PinnedRelease,
  signal: AbortSignal,
): Promise<string | undefined> {
  try {
    const found = await lookup.getVersion(id, version, signal);
    // The record may name another root by now; the pinned one is repaired.
    await fetchContent(deps, { ...contentOf(found), root }, signal, () => undefined);
    return undefined;
  } catch (error) {
    signal.throwIfAborted();
    if (isAbort(error)) throw error;
    return errorMessage(error);
  }
}

/**
 * Pinned releases with missing blocks. An own release that was published on another machine may never have been stored
 * here: it counts only when blocks of it were found damaged.
 */
async function findIncomplete(
  { catalog, blocks }: Pick<VerifyStorageDeps, 'catalog' | 'blocks'>,
  signal: AbortSignal,
): Promise<PinnedRelease[]> {
  const own = catalog.packages
    .listOwn()
    .flatMap(({ record: { publisher, name, releases } }) =>
      releases.map(({ version, root }) => ({ id: `${publisher}/${name}`, version, root, own: true })),
    );
  const others = [...catalog.installs.list(), ...catalog.kept.list()].map(({ id, version, root }) => ({
    id,
    version,
    root,
    own: false,
  }));
  const found = new Map<string, PinnedRelease>();
  for (const { own: isOwn, ...release } of [...others, ...own]) {
    if (found.has(release.root)) continue;
    const { missing, damaged } = await countMissingBlocks(parseRootCid(release.root), blocks, signal);
    if (damaged > 0 || (missing > 0 && !isOwn)) found.set(release.root, release);
  }
  return [...found.values()];
}
