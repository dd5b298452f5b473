import type { InstallProgress } from '../../shared/api/index.ts';
import type { NodeSettings, Release, ReleaseDetails } from '../../shared/model.ts';
import { parseRootCid } from '../blocks/block-storage.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { LoggerFactory } from '../logging/logger.ts';
import { throttled } from './throttle.ts';
import { fetchTree } from './transfer.ts';
import type { BlockNetwork, TransferOptions } from './transfer.ts';
import type { PeerReputation } from '../reputation/peer-reputation.ts';
import { selectPeers } from '../reputation/select-peers.ts';
import { TransferTally } from '../reputation/transfer-tally.ts';
import type { SpanHandle } from '../telemetry/span.ts';
import type { Tracing } from '../telemetry/telemetry.ts';

/** The content of a release: which package it belongs to, its root, and its size in bytes and files. */
export interface ContentRef
  extends Pick<ReleaseDetails, 'publisher' | 'name'>, Pick<Release, 'version' | 'root' | 'size' | 'files'> {}

/** Dependencies of `rankedProviders`. */
export interface RankedProvidersDeps {
  readonly catalog: { readonly peers: Pick<Catalog['peers'], 'providers'> };
  readonly peerReputation: Pick<PeerReputation, 'isBanned' | 'isTrusted' | 'stats'>;
  readonly settings: () => Pick<NodeSettings, 'location'>;
}

/** Dependencies of `fetchContent`. */
export interface FetchContentDeps extends RankedProvidersDeps {
  readonly blocks: TransferOptions['store'];
  /** The paths of the running node; undefined while it does not run. */
  readonly network: () => { readonly blocks: BlockNetwork } | undefined;
  readonly retention: { reserve(root: string, size: number, signal: AbortSignal): Promise<Disposable> };
  readonly peerReputation: PeerReputation;
  readonly telemetry: Pick<Tracing, 'span'>;
  readonly loggers: LoggerFactory;
}

export type FetchOptions = Pick<TransferOptions, 'content' | 'isUpdate'>;

/** The content of a release that was looked up. */
export function contentOf({ publisher, name, release }: ReleaseDetails): ContentRef {
  const { version, root, size, files } = release;
  return { publisher, name, version, root, size, files };
}

/**
 * Fetches every missing block of a release from the peers that are known to serve it, best first, and verifies all of
 * them.
 *
 * @returns the bytes that came from peers, as they were on the streams
 * @throws GgenError QuotaExceeded, and the errors of `fetchTree`
 */
export function fetchContent(
  deps: FetchContentDeps,
  content: ContentRef,
  signal: AbortSignal,
  onProgress: (progress: InstallProgress) => void,
  options: FetchOptions = {},
): Promise<number> {
  const { publisher, name, version, size } = content;
  const attributes = { package_id: `${publisher}/${name}`, package_version: version, package_size: size };
  return deps.telemetry.span('fetch_content', attributes, (span) =>
    fetchFromProviders(deps, content, { signal, onBlock: fetchProgress(content, onProgress), ...options }, span),
  );
}

async function fetchFromProviders(
  deps: FetchContentDeps,
  content: ContentRef,
  options: Pick<TransferOptions, 'signal' | 'onBlock' | 'content' | 'isUpdate'>,
  span: SpanHandle,
): Promise<number> {
  const { root, size } = content;
  const { signal } = options;
  let received = 0;
  const tally = new TransferTally();
  using _lease = await deps.retention.reserve(root, options.content === 'nodes' ? 0 : size, signal);
  const startedAt = performance.now();
  try {
    await fetchTree(parseRootCid(root), {
      store: deps.blocks,
      network: deps.network()?.blocks,
      providers: rankedProviders(deps, content),
      moreProviders: () => rankedProviders(deps, content),
      ...options,
      size,
      onReceived: (bytes) => {
        received += bytes;
      },
      onSuccess: (peer, responseMs, bytes) => {
        tally.recordBlock(peer, responseMs, bytes);
      },
      onFailure: (peer, kind) => {
        tally.recordFailure(peer, kind);
        span.event('provider_failed', { peer_id: peer, kind });
      },
      log: deps.loggers('transfer'),
    });
    return received;
  } finally {
    tally.commit(deps.peerReputation, content, performance.now() - startedAt);
  }
}

/** Peers known to serve the package, best first, without banned ones. */
export function rankedProviders(
  { catalog, peerReputation, settings }: RankedProvidersDeps,
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

/**
 * Reports the progress of a release whose blocks arrive one by one, from peers or from a file.
 *
 * @returns to be called with the number of bytes of each block
 */
export function fetchProgress(
  { size, files }: Pick<Release, 'size' | 'files'>,
  onProgress: (progress: InstallProgress) => void,
): (bytes: number) => void {
  let bytes = 0;
  const report = throttled(onProgress);
  return (blockBytes) => {
    // Directory blocks are not part of the size: without the limit, the progress would exceed 100 %.
    bytes = Math.min(bytes + blockBytes, size);
    report(() => ({ phase: 'fetch', files: 0, bytes, totalFiles: files, totalBytes: size }));
  };
}
