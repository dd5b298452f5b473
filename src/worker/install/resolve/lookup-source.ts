import { isPublisherId } from '../../../identity/publisher-id.ts';
import type { PackageDetails, ResolvedName } from '../../../shared/model.ts';
import type { Lookup } from '../../registry/lookup.ts';
import type { NameContext } from '../../registry/name-choice.ts';
import type { LockedPackage } from '../lock/lock-file.ts';
import type { PackageSource } from './resolve-dependencies.ts';

/** A source that tells what the bare names mean that it was asked for. */
export interface NamedSource extends PackageSource {
  names(): readonly ResolvedName[];
}

/** Finds packages in the catalog or the network, and looks each up once. What a bare name means is `Lookup.resolve`'s. */
export function lookupSource(
  lookup: Pick<Lookup, 'getPackage' | 'resolve'>,
  context: Omit<NameContext, 'dependent'>,
  signal: AbortSignal,
): NamedSource {
  const found = new Map<string, Promise<PackageDetails>>();
  const resolved = new Map<string, Promise<ResolvedName>>();
  const names = new Map<string, ResolvedName>();
  const getOnce = <Value>(cache: Map<string, Promise<Value>>, key: string, make: () => Promise<Value>) => {
    const known = cache.get(key) ?? make();
    cache.set(key, known);
    return known;
  };
  const get = (id: string): Promise<PackageDetails> => getOnce(found, id, () => lookup.getPackage(id, signal));
  return {
    find: async (id, requirerPublisher) => {
      if (id.includes('/')) return get(id);
      const dependent = requirerPublisher === '' ? {} : { dependent: requirerPublisher };
      const name = await getOnce(resolved, `${requirerPublisher} ${id}`, () =>
        lookup.resolve(id, signal, { ...context, ...dependent }),
      );
      names.set(name.id, name);
      return get(name.id);
    },
    names: () => [...names.values()],
  };
}

/** What the lock file of a project says about the meaning of names. */
export function lockContext(
  locked: readonly LockedPackage[],
): Required<Pick<NameContext, 'locked' | 'projectPublishers'>> {
  const requested = locked.filter(({ requirement }) => requirement !== undefined);
  return { locked, projectPublishers: [...new Set(requested.map(({ publisher }) => publisher))] };
}

/** The ids among requested packages that name their publisher, without versions. */
export function fullIds(packages: readonly string[]): string[] {
  return packages.flatMap((text) => {
    const [id = ''] = text.split('@', 1);
    return isPublisherId(id.slice(0, Math.max(0, id.indexOf('/')))) ? [id] : [];
  });
}
