import type { InstallProgress } from '../../shared/api/index.ts';
import type { Release, ReleaseDetails } from '../../shared/model.ts';
import { parseRootCid } from '../blocks/block-storage.ts';
import { throttled } from './throttle.ts';
import { fetchTree } from './transfer.ts';
import { selectPeers } from '../reputation/select-peers.ts';
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
  return context.telemetry.span('fetch_content', attributes, (span) =>
    fetchFromProviders(context, found, signal, onProgress, span),
  );
}

async function fetchFromProviders(
  context: RegistryContext,
  found: ReleaseDetails,
  signal: AbortSignal,
  onProgress: (progress: InstallProgress) => void,
  span: SpanHandle,
): Promise<void> {
  const { release } = found;
  const tally = new TransferTally();
  using _lease = await context.retention.reserve(release.root, release.size, signal);
  const started = performance.now();
  try {
    await fetchTree(parseRootCid(release.root), {
      store: context.blocks,
      network: context.network()?.blocks,
      providers: rankedProviders(context, found),
      moreProviders: () => rankedProviders(context, found),
      signal,
      size: release.size,
      onBlock: fetchProgress(release, onProgress),
      onSuccess: (peer, responseTime, bytes) => {
        tally.recordBlock(peer, responseTime, bytes);
      },
      onFailure: (peer, kind) => {
        tally.recordFailure(peer, kind);
        span.event('provider_failed', { peer_id: peer, kind });
      },
      log: context.loggers('transfer'),
    });
  } finally {
    tally.commit(context.peerReputation, found, performance.now() - started);
  }
}

/** Peers known to serve the package, best first, banned ones left out. */
export function rankedProviders(
  { catalog, peerReputation, settings }: Pick<RegistryContext, 'catalog' | 'peerReputation' | 'settings'>,
  { publisher, name }: Pick<ReleaseDetails, 'publisher' | 'name'>,
): string[] {
  const candidates = catalog.peers
    .providers(publisher, name)
    .filter((peer) => !peerReputation.isBanned(peer))
    .map((peer) => ({ peer, stats: peerReputation.stats(peer), trusted: peerReputation.isTrusted(peer) }));
  const { location: ownLocation } = settings();
  const options = { minScore: 0, limit: candidates.length, ...(ownLocation === undefined ? {} : { ownLocation }) };
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
