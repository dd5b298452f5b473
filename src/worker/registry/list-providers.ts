import { parsePackageId } from '../../identity/publisher-id.ts';
import { GgenError, isAbort } from '../../shared/errors.ts';
import type { Provider } from '../../shared/model.ts';
import { parseRootCid } from '../blocks/block-storage.ts';
import type { RegistryContext } from './context.ts';
import type { Lookup } from './lookup.ts';

/** How long the DHT is asked for; what was named until then counts. */
const DHT_TIMEOUT_MS = 3_000;

/**
 * Peers known to serve a package, best reputation first; with a version, those that the DHT names for exactly that release.
 *
 * @throws GgenError InvalidRequest when the id names no publisher; with a version as `Lookup.getVersion`
 */
export async function listProviders(
  context: RegistryContext,
  lookup: Lookup,
  { id, version }: { readonly id: string; readonly version?: string },
  signal: AbortSignal,
): Promise<readonly Provider[]> {
  const { publisher, name } = parsePackageId(id);
  if (publisher === undefined) {
    throw new GgenError('InvalidRequest', `'${id}' has no publisher. Use publisher/name.`, { details: { id } });
  }
  const { catalog, peerReputation } = context;
  const peers =
    version === undefined
      ? catalog.peers.providers(publisher, name)
      : await findProvidersInDht(context, (await lookup.getVersion(id, version, signal)).release.root, signal);
  return peers
    .map((peer) => ({ peer, reputation: peerReputation.score(peer) }))
    .sort((a, b) => b.reputation - a.reputation);
}

async function findProvidersInDht(
  context: RegistryContext,
  root: string,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const blocks = context.network()?.blocks;
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
      context.loggers('heads').debug(`Looking for providers of ${root}: ${String(error)}`);
  }
  return [...found];
}
