import { parsePackageId } from '../../identity/publisher-id.ts';
import { GgenError, errorMessage, isAbort } from '../../shared/errors.ts';
import type { Provider } from '../../shared/model.ts';
import { parseRootCid } from '../blocks/block-storage.ts';
import type { Calls } from '../../shared/api/index.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { LoggerFactory } from '../logging/logger.ts';
import type { Blocks } from '../protocols/blocks/index.ts';
import type { PeerReputation } from '../reputation/peer-reputation.ts';
import type { Lookup } from './lookup.ts';

/** How long the DHT is asked. Providers that it names until then count. */
const DHT_TIMEOUT_MS = 3_000;

export interface ListProvidersDeps {
  readonly catalog: { readonly peers: Pick<Catalog['peers'], 'providers'> };
  readonly peerReputation: Pick<PeerReputation, 'score'>;
  readonly loggers: LoggerFactory;
  /** Undefined while no node runs. */
  readonly network: () => { readonly blocks: Pick<Blocks, 'findProviders'> } | undefined;
}

/**
 * Peers known to serve a package, best reputation first; with a version, those that the DHT names for exactly that release.
 *
 * @throws GgenError InvalidRequest when the id names no publisher; with a version as `Lookup.getVersion`
 */
export async function listProviders(
  deps: ListProvidersDeps,
  lookup: Pick<Lookup, 'getVersion'>,
  { id, version }: Calls['providers']['request'],
  signal: AbortSignal,
): Promise<readonly Provider[]> {
  const { publisher, name } = parsePackageId(id);
  if (publisher === undefined) {
    throw new GgenError('InvalidRequest', `'${id}' has no publisher. Use publisher/name.`, { details: { id } });
  }
  const { catalog, peerReputation } = deps;
  const peers =
    version === undefined
      ? catalog.peers.providers(publisher, name)
      : await findProvidersInDht(deps, (await lookup.getVersion(id, version, signal)).release.root, signal);
  return peers
    .map((peer) => ({ peer, reputation: peerReputation.score(peer) }))
    .sort((a, b) => b.reputation - a.reputation);
}

async function findProvidersInDht(
  { network, loggers }: Pick<ListProvidersDeps, 'network' | 'loggers'>,
  root: string,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const blocks = network()?.blocks;
  if (blocks === undefined) return [];
  const timeoutSignal = AbortSignal.timeout(DHT_TIMEOUT_MS);
  const found = new Set<string>();
  try {
    for await (const peer of blocks.findProviders(parseRootCid(root), AbortSignal.any([signal, timeoutSignal]))) {
      found.add(peer.toString());
    }
  } catch (error) {
    signal.throwIfAborted();
    if (!timeoutSignal.aborted && !isAbort(error))
      loggers('heads').debug(`Looking for providers of ${root}: ${errorMessage(error)}`);
  }
  return [...found];
}
