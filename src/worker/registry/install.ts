import type { InstallProgress, InstallRequest } from '../../shared/api.ts';
import type { InstalledPackage, ReleaseDetails } from '../../shared/model.ts';
import { parseRoot } from '../content/blocks.ts';
import { checkTarget, writeTree } from '../content/install.ts';
import { throttled } from '../content/throttle.ts';
import { fetchTree } from '../content/transfer.ts';
import { selectPeers } from '../reputation/select.ts';
import { TransferTally } from '../reputation/transfer-tally.ts';
import type { RegistryContext } from './context.ts';
import type { Lookup } from './lookup.ts';

/**
 * Install a release: find it, fetch what is missing with every block verified, write it to its folder, serve it on.
 *
 * @throws GgenError as `Lookup.getVersion`, `fetchTree` and `writeTree` say
 */
export async function install(
  context: RegistryContext,
  lookup: Lookup,
  { id, version = '', to }: InstallRequest,
  signal: AbortSignal,
  onProgress: (progress: InstallProgress) => void,
): Promise<InstalledPackage> {
  const target = await checkTarget(to);
  onProgress({ phase: 'resolve', files: 0, bytes: 0 });
  const found = await lookup.getVersion(id, version, signal);
  const { publisher, name, release } = found;
  const root = parseRoot(release.root);
  await fetchContent(context, found, signal, onProgress);
  signal.throwIfAborted();
  const written = await writeTree(root, target, {
    store: context.blocks,
    notes: context.catalogue.stagings,
    signal,
    onProgress,
  });
  const installed: InstalledPackage = {
    id: found.id,
    publisher,
    name,
    version: release.version,
    root: release.root,
    path: target,
    ...written,
    installedAt: Date.now(),
  };
  context.catalogue.installs.add(installed);
  await context.served.resume(publisher, name);
  context.catalogue.packages.relog(publisher, name);
  context.onChange(found.id);
  context.loggers('install').info(`Installed ${found.id}@${release.version} in ${target}`);
  context.network()?.provider.soon();
  return installed;
}

async function fetchContent(
  context: RegistryContext,
  found: ReleaseDetails,
  signal: AbortSignal,
  onProgress: (progress: InstallProgress) => void,
): Promise<void> {
  const { release } = found;
  const tally = new TransferTally();
  const started = performance.now();
  try {
    await fetchTree(parseRoot(release.root), {
      store: context.blocks,
      network: context.network()?.blocks,
      providers: providersOf(context, found),
      signal,
      size: release.size,
      onBlock: fetchProgress(release.size, release.files, onProgress),
      onSuccess: (peer, responseTime, bytes) => {
        tally.block(peer, responseTime, bytes);
      },
      onFailure: (peer, kind) => {
        tally.failure(peer, kind);
      },
      log: context.loggers('transfer'),
    });
  } finally {
    tally.settle(context.conduct, found, performance.now() - started);
  }
}

/** Peers known to serve the package, best first, banned ones left out. */
function providersOf({ catalogue, conduct }: RegistryContext, { publisher, name }: ReleaseDetails): string[] {
  const candidates = catalogue.peers
    .holders(publisher, name)
    .filter((peer) => !conduct.isBanned(peer))
    .map((peer) => ({ peer, stats: conduct.stats(peer), trusted: conduct.isTrusted(peer) }));
  return selectPeers(candidates, { minimum: 0, limit: candidates.length }).map(({ peer }) => peer);
}

function fetchProgress(
  totalBytes: number,
  totalFiles: number,
  onProgress: (progress: InstallProgress) => void,
): (bytes: number) => void {
  let bytes = 0;
  const report = throttled(onProgress);
  return (more) => {
    // Directory blocks come on top of the files' bytes: never show more than there is.
    bytes = Math.min(bytes + more, totalBytes);
    report(() => ({ phase: 'fetch', files: 0, bytes, totalFiles, totalBytes }));
  };
}
