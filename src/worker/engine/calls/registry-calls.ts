import type { RegistryCalls } from '../../../shared/api/index.ts';
import { resolvePackage } from '../../install/resolve/resolve-package.ts';
import { listPackages } from '../../registry/list-packages.ts';
import type { ListPackagesDeps } from '../../registry/list-packages.ts';
import { listProviders } from '../../registry/list-providers.ts';
import type { ListProvidersDeps } from '../../registry/list-providers.ts';
import type { Lookup } from '../../registry/lookup.ts';
import { packageExists } from '../../registry/package-exists.ts';
import { registryMetadata } from '../../registry/registry-metadata.ts';
import type { RegistryMetadataDeps } from '../../registry/registry-metadata.ts';
import type { RegistrySearch } from '../../registry/registry-search.ts';
import type { CallRows } from './call-row.ts';

export type RegistryCallParts = ListPackagesDeps &
  ListProvidersDeps &
  RegistryMetadataDeps & { readonly lookup: Lookup; readonly registrySearch: RegistrySearch };

export const registryCalls: CallRows<RegistryCalls, RegistryCallParts> = {
  search: {
    form: {
      text: 'text',
      categories: 'texts?',
      tags: 'texts?',
      publishers: 'texts?',
      licenses: 'texts?',
      version: 'text?',
      minReputation: 'number?',
      includeYanked: 'flag?',
      sort: 'text?',
      limit: 'number?',
      offset: 'number?',
      scope: 'text?',
    },
    idempotent: true,
    span: {
      name: 'search',
      requestAttributes: ({ limit, scope = 'network' }) => ({ limit, scope }),
      responseAttributes: ({ packages, localCount, remoteCount, peersAsked, peersAnswered }) => ({
        result_count: packages.length,
        local_count: localCount,
        remote_count: remoteCount,
        peers_asked: peersAsked,
        peers_answered: peersAnswered,
        cache_hit: peersAsked === 0,
      }),
    },
    measure: ({ packages, peersAsked }, metrics) => {
      metrics.add('p2p_searches_total', { cache_hit: String(peersAsked === 0) });
      metrics.record('p2p_search_results', packages.length);
    },
    run: ({ registrySearch }, query, { signal, onProgress }) => registrySearch.search(query, signal, onProgress),
  },
  resolvePackage: {
    form: { id: 'text', project: 'text?' },
    idempotent: true,
    run: ({ lookup }, request, { signal }) => resolvePackage(lookup, request, signal),
  },
  getPackage: {
    form: { id: 'text' },
    idempotent: true,
    run: ({ lookup }, { id }, { signal }) => lookup.getPackage(id, signal),
  },
  getPackageVersion: {
    form: { id: 'text', version: 'text' },
    idempotent: true,
    run: ({ lookup }, { id, version }, { signal }) => lookup.getVersion(id, version, signal),
  },
  listVersions: {
    form: { id: 'text' },
    idempotent: true,
    run: async ({ lookup }, { id }, { signal }) => (await lookup.getPackage(id, signal)).releases,
  },
  exists: {
    form: { id: 'text', version: 'text?' },
    idempotent: true,
    run: ({ lookup }, request, { signal }) => packageExists(lookup, request, signal),
  },
  providers: {
    form: { id: 'text', version: 'text?' },
    idempotent: true,
    run: (parts, request, { signal }) => listProviders(parts, parts.lookup, request, signal),
  },
  listPackages: {
    form: { section: 'section', offset: 'number?', limit: 'number?' },
    idempotent: true,
    run: (parts, request) => listPackages(parts, request),
  },
  metadata: { form: {}, idempotent: true, run: (parts) => registryMetadata(parts) },
};
