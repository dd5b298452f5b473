import type { InstallProgress, InstallRequest } from '../../shared/api.ts';
import type { InstalledPackage, ReleaseDetails } from '../../shared/model.ts';
import { parseRoot } from '../content/blocks.ts';
import { checkTarget, writeTree } from '../content/install.ts';
import { fetchTree } from '../content/transfer.ts';
import type { RegistryContext } from './context.ts';
import type { Lookup } from './lookup.ts';
import { provideBehind } from './publish.ts';

/** Progress is reported at most once per so many milliseconds. */
const REPORT_EVERY_MS = 50;

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
  await fetchTree(root, {
    store: context.blocks,
    network: context.network()?.blocks,
    providers: providersOf(context, found),
    signal,
    size: release.size,
    onBlock: fetchProgress(release.size, release.files, onProgress),
    onSuccess: (peer, responseTime) => {
      context.conduct.success(peer, responseTime);
    },
    onFailure: (peer) => {
      context.conduct.failure(peer);
    },
    log: context.loggers('transfer'),
  });
  signal.throwIfAborted();
  const written = await writeTree(root, target, { store: context.blocks, signal, onProgress });
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
  context.catalogue.packages.relog(publisher, name);
  context.onChange(found.id);
  context.loggers('install').info(`Installed ${found.id}@${release.version} in ${target}`);
  provideBehind(context, release.root);
  return installed;
}

/** Peers known to serve the package, best first. */
function providersOf({ catalogue, conduct }: RegistryContext, { publisher, name }: ReleaseDetails): string[] {
  return catalogue.peers
    .holders(publisher, name)
    .map((peer) => ({ peer, score: conduct.score(peer), response: conduct.stats(peer).averageResponse ?? Infinity }))
    .sort((a, b) => b.score - a.score || (a.response < b.response ? -1 : a.response > b.response ? 1 : 0))
    .map(({ peer }) => peer);
}

function fetchProgress(
  totalBytes: number,
  totalFiles: number,
  onProgress: (progress: InstallProgress) => void,
): (bytes: number) => void {
  let bytes = 0;
  let reported = 0;
  return (more) => {
    // Directory blocks come on top of the files' bytes: never show more than there is.
    bytes = Math.min(bytes + more, totalBytes);
    const now = performance.now();
    if (now - reported < REPORT_EVERY_MS) return;
    reported = now;
    onProgress({ phase: 'fetch', files: 0, bytes, totalFiles, totalBytes });
  };
}
