import { errorName } from '../../../shared/errors.ts';
import type { PackageDetails } from '../../../shared/model.ts';
import type { Lookup } from '../../registry/lookup.ts';
import type { PackageSource } from './resolve-dependencies.ts';

/**
 * Finds packages in the catalog or the network, and looks each up once. A bare name means, in this order: the package
 * of that name by the publisher of the dependent package; the one in the lock file; the only one that is known.
 */
export function lookupSource(
  lookup: Pick<Lookup, 'getPackage'>,
  locked: readonly { readonly publisher: string; readonly name: string }[],
  signal: AbortSignal,
): PackageSource {
  const found = new Map<string, Promise<PackageDetails>>();
  const get = (id: string): Promise<PackageDetails> => {
    const known = found.get(id) ?? lookup.getPackage(id, signal);
    found.set(id, known);
    return known;
  };
  return {
    find: async (id, requirerPublisher) => {
      if (id.includes('/')) return get(id);
      const lockedMatches = locked.filter(({ name }) => name === id);
      const own = lockedMatches.find(({ publisher }) => publisher === requirerPublisher);
      const [only] = lockedMatches;
      if (own !== undefined) return get(`${own.publisher}/${id}`);
      if (requirerPublisher !== '' && (await isKnown(get, `${requirerPublisher}/${id}`)))
        return get(`${requirerPublisher}/${id}`);
      return get(only !== undefined && lockedMatches.length === 1 ? `${only.publisher}/${id}` : id);
    },
  };
}

async function isKnown(get: (id: string) => Promise<PackageDetails>, id: string): Promise<boolean> {
  try {
    await get(id);
    return true;
  } catch (error) {
    if (errorName(error) === 'PackageNotFound') return false;
    throw error;
  }
}
