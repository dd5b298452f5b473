import type { VerifyProgress } from '../../shared/api/index.ts';
import { errorMessage, isAbort } from '../../shared/errors.ts';
import type { RepairResult, StorageReport } from '../../shared/model.ts';
import { parseRootCid } from '../blocks/block-storage.ts';
import { verifyBlocks, countMissingBlocks } from '../blocks/block-verification.ts';
import { throttled } from '../transfer/throttle.ts';
import type { RegistryContext } from '../registry/context.ts';
import { fetchContent } from '../transfer/fetch-content.ts';
import type { Lookup } from '../registry/lookup.ts';

interface PinnedRelease {
  readonly id: string;
  readonly version: string;
  readonly root: string;
}

/**
 * Hash every stored block, remove those that are damaged, and fetch again what is missing of everything published,
 * installed or kept here.
 */
export async function verifyStorage(
  context: RegistryContext,
  lookup: Lookup,
  signal: AbortSignal,
  onProgress: (progress: VerifyProgress) => void,
): Promise<StorageReport> {
  const total = context.blocks.size;
  const report = throttled(onProgress);
  const checked = await verifyBlocks(context.blocks, signal, ({ blocks, bytes }) => {
    report(() => ({ phase: 'check', blocks, bytes, totalBlocks: total.blocks, totalBytes: total.bytes }));
  });
  const repaired: RepairResult[] = [];
  const unrepaired: RepairResult[] = [];
  for (const release of await findIncomplete(context, signal)) {
    const { id, version } = release;
    onProgress({ phase: 'repair', ...checked, totalBlocks: total.blocks, totalBytes: total.bytes, id });
    const reason = await repair(context, lookup, release, signal);
    if (reason === undefined) repaired.push({ id, version });
    else unrepaired.push({ id, version, reason });
  }
  context.retention.pinsChanged();
  context
    .loggers('storage')
    .info(`Verified ${checked.blocks} blocks: ${checked.damaged} damaged, ${unrepaired.length} releases not repaired`);
  return { ...checked, repaired, unrepaired };
}

/** Fetch what is missing of a release. Returns why that did not succeed. */
async function repair(
  context: RegistryContext,
  lookup: Lookup,
  { id, version, root }: PinnedRelease,
  signal: AbortSignal,
): Promise<string | undefined> {
  try {
    const found = await lookup.getVersion(id, version, signal);
    // The record may name another content by now; what is here is what was pinned.
    await fetchContent(context, { ...found, release: { ...found.release, root } }, signal, () => undefined);
    return undefined;
  } catch (error) {
    signal.throwIfAborted();
    if (isAbort(error)) throw error;
    return errorMessage(error);
  }
}

/** Pinned releases that are not whole. An own release that was never here, but on another machine, misses nothing. */
async function findIncomplete({ catalog, blocks }: RegistryContext, signal: AbortSignal): Promise<PinnedRelease[]> {
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
  for (const { own: mine, ...release } of [...others, ...own]) {
    if (found.has(release.root)) continue;
    const { missing, damaged } = await countMissingBlocks(parseRootCid(release.root), blocks, signal);
    if (damaged > 0 || (missing > 0 && !mine)) found.set(release.root, release);
  }
  return [...found.values()];
}
