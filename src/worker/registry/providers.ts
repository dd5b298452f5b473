import { parsePackageId } from '../../identity/publisher-id.ts';
import { GgenError, isAbort } from '../../shared/errors.ts';
import type { Provider } from '../../shared/model.ts';
import { parseRoot } from '../blocks/blocks.ts';
import type { RegistryContext } from './context.ts';
import type { Lookup } from './lookup.ts';

/** How long the DHT is asked for; what was named until then counts. */
const DHT_BOUND_MS = 3_000;

/**
 * Peers known to serve a package, best reputation first; with a version, those that the DHT names for exactly that release.
 *
 * @throws GgenError InvalidRequest when the id names no publisher; with a version as `Lookup.getVersion`
 */
export async function providersOf(
  context: RegistryContext,
  lookup: Lookup,
  { id, version }: { readonly id: string; readonly version?: string },
  signal: AbortSignal,
): Promise<readonly Provider[]> {
  const { publisher, name } = parsePackageId(id);
  if (publisher === undefined) {
    throw new GgenError('InvalidRequest', `'${id}' names no publisher: write publisher/name.`, { details: { id } });
  }
  const { catalogue, conduct } = context;
  const peers =
    version === undefined
      ? catalogue.peers.holders(publisher, name)
      : await namedInDht(context, (await lookup.getVersion(id, version, signal)).release.root, signal);
  return peers.map((peer) => ({ peer, reputation: conduct.score(peer) })).sort((a, b) => b.reputation - a.reputation);
}

async function namedInDht(context: RegistryContext, root: string, signal: AbortSignal): Promise<readonly string[]> {
  const blocks = context.network()?.blocks;
  if (blocks === undefined) return [];
  const bound = AbortSignal.timeout(DHT_BOUND_MS);
  const found = new Set<string>();
  try {
    for await (const peer of blocks.findProviders(parseRoot(root), AbortSignal.any([signal, bound]))) {
      found.add(peer.toString());
    }
  } catch (error) {
    signal.throwIfAborted();
    if (!bound.aborted && !isAbort(error)) context.loggers('heads').debug(`Asking who has ${root}: ${String(error)}`);
  }
  return [...found];
}
