import type { RegistryMetadata } from '../../shared/model.ts';
import type { Catalog } from '../catalog/catalog.ts';

export interface RegistryMetadataDeps {
  readonly version: string;
  readonly catalog: { readonly packages: Pick<Catalog['packages'], 'counts'> };
}

/** What this registry is and can do. The number of packages is that of this moment. */
export function registryMetadata({ version, catalog }: RegistryMetadataDeps): RegistryMetadata {
  const { published, network } = catalog.packages.counts();
  return {
    name: 'ggen-p2p',
    description: 'Packages published by this node and its peers, without a server',
    version,
    packageCount: published + network,
    apiVersion: '1',
    features: [
      'search',
      'facets',
      'typo-tolerance',
      'version-ranges',
      'publish',
      'yank',
      'install',
      'signed-records',
      'content-addressed',
      'offline-search',
    ],
  };
}
