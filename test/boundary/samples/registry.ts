import type { RegistryCalls } from '../../../src/shared/api/index.ts';
import type {
  PackageDetails,
  PackageMetadata,
  PackageSummary,
  Release,
  SearchResults,
} from '../../../src/shared/model.ts';
import type { Samples } from './sample.ts';

export const metadata: PackageMetadata = {
  title: 'Example',
  description: 'Line one\nline two\u0000\u2028 and "quotes"',
  categories: ['testing'],
  tags: ['a', 'b'],
  license: 'MIT OR Apache-2.0',
  authors: ['Ada <ada@example.org>'],
  homepage: 'https://example.org',
};

export const release: Release = {
  version: '1.0.0-rc.1+build.5',
  root: 'bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi',
  size: 9_007_199_254_740_991,
  files: 3,
  kind: 'gpack',
  readme: 'bafkreigh2akiscaildc',
  dependencies: [{ id: 'pub/other', requirement: '^1.2', optional: true }],
  published: 1_760_000_000_003,
  yanked: false,
};

const summary: PackageSummary = {
  id: 'pub/example',
  publisher: 'pub',
  publisherState: 'followed',
  name: 'example',
  title: 'Example',
  description: '',
  license: '',
  categories: [],
  tags: [],
  latest: '1.0.0',
  distTags: [{ tag: 'next', version: '1.0.0-rc.1+build.5' }],
  versions: 2,
  size: 0,
  updated: 1_760_000_000_004,
  published: true,
  installed: ['1.0.0'],
  providers: 1,
  equivocation: false,
};

const full: PackageDetails = { ...summary, metadata, releases: [release], seq: 7 };

const results: SearchResults = {
  packages: [summary],
  localCount: 1,
  remoteCount: 0,
  peersAsked: 3,
  peersAnswered: 2,
  peers: [{ id: 'peer', state: 'answered', records: 3 }],
  facets: {
    categories: [{ value: 'testing', count: 1 }],
    tags: [],
    licenses: [{ value: 'mit', count: 1 }],
    publishers: [{ value: 'pub', count: 1 }],
    exact: true,
  },
  elapsed: 12.5,
};

export const registrySamples: Samples<RegistryCalls> = {
  search: {
    request: {
      text: '',
      categories: ['testing'],
      tags: [],
      publishers: ['pub'],
      licenses: ['MIT'],
      version: '^1',
      minReputation: 0.5,
      includeYanked: true,
      sort: 'relevance',
      limit: 20,
      offset: 0,
      scope: 'network',
    },
    response: results,
    progress: [{ ...results, packages: [] }, results],
  },
  resolvePackage: {
    request: { id: 'example', project: '/home/user/project' },
    response: { id: 'pub/example', publisher: 'pub', name: 'example', reason: 'trusted', others: ['other/example'] },
  },
  getPackage: { request: { id: 'pub/example' }, response: full },
  getPackageVersion: {
    request: { id: 'example', version: '^1' },
    response: { id: 'pub/example', publisher: 'pub', name: 'example', metadata, release },
  },
  listVersions: { request: { id: 'example' }, response: [release, { ...release, version: '1.0.0', yanked: true }] },
  exists: { request: { id: 'example', version: '1.0.0' }, response: false },
  providers: { request: { id: 'z6Mk/example' }, response: [{ peer: '12D3KooW', reputation: 0.85 }] },
  listPackages: { request: { section: 'network', offset: 0, limit: 50 }, response: { packages: [summary], total: 1 } },
  metadata: {
    request: {},
    response: { name: 'n', description: 'd', version: '1', packageCount: 0, apiVersion: '1', features: ['search'] },
  },
};
