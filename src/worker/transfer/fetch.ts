import type { InstallProgress } from '../../shared/api.ts';
import type { Release, ReleaseDetails } from '../../shared/model.ts';
import { parseRoot } from '../blocks/blocks.ts';
import { throttled } from './throttle.ts';
import { fetchTree } from './transfer.ts';
import { selectPeers } from '../reputation/select.ts';
import { TransferTally } from '../reputation/transfer-tally.ts';
import type { SpanHandle } from '../telemetry/span.ts';
import type { RegistryContext } from '../registry/context.ts';

/**
 * Make every block of a release present here, each one verified, from the peers that are known to serve it, best first.
 *
 * @throws GgenError as `fetchTree` says
 */
export function fetchContent(
  context: RegistryContext,
  found: ReleaseDetails,
  signal: AbortSignal,
  onProgress: (progress: InstallProgress) => void,
): Promise<void> {
  const attributes = { package_id: found.id, package_version: found.release.version, package_size: found.release.size };
  return context.telemetry.span('fetch_content', attributes, (span) => fetch(context, found, signal, onProgress, span));
}

async function fetch(
  context: RegistryContext,
  found: ReleaseDetails,
  signal: AbortSignal,
  onProgress: (progress: InstallProgress) => void,
  span: SpanHandle,
): Promise<void> {
  const { release } = found;
  const tally = new TransferTally();
  using _held = await context.retention.reserve(release.root, release.size, signal);
  const started = performance.now();
  try {
    await fetchTree(parseRoot(release.root), {
      store: context.blocks,
      network: context.network()?.blocks,
      providers: providersOf(context, found),
      moreProviders: () => providersOf(context, found),
      signal,
      size: release.size,
      onBlock: fetchProgress(release, onProgress),
      onSuccess: (peer, responseTime, bytes) => {
        tally.block(peer, responseTime, bytes);
      },
      onFailure: (peer, kind) => {
        tally.failure(peer, kind);
        span.event('provider_failed', { peer_id: peer, kind });
      },
      log: context.loggers('transfer'),
    });
  } finally {
    tally.settle(context.conduct, found, performance.now() - started);
  }
}

/** Peers known to serve the package, best first, banned ones left out. */
export function providersOf(
  { catalogue, conduct, settings }: Pick<RegistryContext, 'catalogue' | 'conduct' | 'settings'>,
  { publisher, name }: Pick<ReleaseDetails, 'publisher' | 'name'>,
): string[] {
  const candidates = catalogue.peers
    .holders(publisher, name)
    .filter((peer) => !conduct.isBanned(peer))
    .map((peer) => ({ peer, stats: conduct.stats(peer), trusted: conduct.isTrusted(peer) }));
  const { location: here } = settings();
  const options = { minimum: 0, limit: candidates.length, ...(here === undefined ? {} : { here }) };
  return selectPeers(candidates, options).map(({ peer }) => peer);
}

/** Tells of a release whose blocks come one by one, from peers or out of a file. The returned function takes a block's bytes. */
export function fetchProgress(
  { size, files }: Pick<Release, 'size' | 'files'>,
  onProgress: (progress: InstallProgress) => void,
): (bytes: number) => void {
  let bytes = 0;
  const report = throttled(onProgress);
  return (more) => {
    // Directory blocks come on top of the files' bytes: never show more than there is.
    bytes = Math.min(bytes + more, size);
    report(() => ({ phase: 'fetch', files: 0, bytes, totalFiles: files, totalBytes: size }));
  };
}
