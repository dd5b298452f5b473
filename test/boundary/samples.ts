import type { CallName, Calls } from '../../src/shared/api/index.ts';
import type { EngineEvents } from '../../src/shared/events.ts';
import { DEFAULT_NODE_SETTINGS } from '../../src/shared/settings/node-settings.ts';
import type {
  ArchiveReceipt,
  EngineStatus,
  MetricsSnapshot,
  InstallPlan,
  InstalledPackage,
  KeptRelease,
  NodeSettings,
  NodeStatus,
  PackageDetails,
  PackageMetadata,
  PackageSummary,
  PeerDetails,
  PeerSummary,
  PublishReceipt,
  Release,
  ReleaseDraft,
  SearchResults,
} from '../../src/shared/model.ts';

/** What one call carries: its request, its response, and the progress on the way where it reports any. */
type Sample<Name extends CallName> = {
  readonly request: Calls[Name]['request'];
  readonly response: Calls[Name]['response'];
} & ([Calls[Name]['progress']] extends [never]
  ? { readonly progress?: undefined }
  : { readonly progress: readonly Calls[Name]['progress'][] });

const settings: NodeSettings = {
  ...DEFAULT_NODE_SETTINGS,
  listen: ['/ip4/127.0.0.1/tcp/0'],
  bootstrap: ['/ip4/127.0.0.1/tcp/4001/p2p/12D3KooWPeer'],
  dhtMode: 'server',
  fanOut: 3,
  timeout: 30_000,
  quota: 5_368_709_120,
  name: 'Zoë’s laptop 🦀',
  transfers: {
    ...DEFAULT_NODE_SETTINGS.transfers,
    seedInstalled: false,
    uploadRate: 500_000,
    downloadRate: 0,
    uploadPerDay: 10_000_000_000,
    downloadPerDay: 0,
    transfersPerPeer: 4,
    limitLocalNetwork: true,
  },
};

const running: NodeStatus = {
  state: 'running',
  peerId: '12D3KooWSelf',
  addresses: ['/ip4/127.0.0.1/tcp/4001/p2p/12D3KooWSelf'],
  startedAt: 1_760_000_000_000,
};

const failed: NodeStatus = { state: 'failed', addresses: [], error: 'The address is in use.' };

const peer: PeerSummary = {
  id: '12D3KooWPeer',
  name: '',
  address: '/ip4/10.0.0.2/tcp/4001',
  connected: true,
  direction: 'inbound',
  since: 1_760_000_000_001,
  rtt: 0.25,
  reputation: 0.978723,
  packages: 12,
  standing: 'normal',
};

const disconnectedPeer: PeerSummary = {
  id: '12D3KooWAway',
  name: 'away',
  address: '',
  connected: false,
  reputation: 0,
  packages: 0,
  standing: 'banned',
  standingReason: 'It sent five records with a false signature.',
  standingUntil: 1_760_000_100_000,
};

const details: PeerDetails = {
  ...peer,
  agent: 'ggen-p2p/0.1.0',
  protocols: ['/ggen/kad/1.0.0', '/ggen/search/1.0.0'],
  addresses: ['/ip4/10.0.0.2/tcp/4001'],
  successes: 45,
  failures: 2,
  averageResponse: 120,
  lastSeen: 1_760_000_000_002,
  throughput: 90_000_000,
  provides: ['pub/one', 'pub/two'],
  verifiedPackages: 1,
  reputationParts: { success: 0.478723, responseTime: 0.25, availability: 0.15, recency: 0.1, proximity: 0 },
};

const metadata: PackageMetadata = {
  title: 'Example',
  description: 'Line one\nline two\u0000\u2028 and "quotes"',
  categories: ['testing'],
  tags: ['a', 'b'],
  license: 'MIT OR Apache-2.0',
  authors: ['Ada <ada@example.org>'],
  homepage: 'https://example.org',
};

const release: Release = {
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
  name: 'example',
  title: 'Example',
  description: '',
  license: '',
  categories: [],
  tags: [],
  latest: '1.0.0',
  versions: 2,
  size: 0,
  updated: 1_760_000_000_004,
  published: true,
  installed: ['1.0.0'],
  providers: 1,
  equivocation: false,
};

const full: PackageDetails = { ...summary, metadata, releases: [release], seq: 7 };

const unsigned = {
  draft: 'draft-1',
  id: 'pub/example',
  version: '1.0.1',
  bytesToSign: Uint8Array.from({ length: 256 }, (_, index) => index),
};

const draft: ReleaseDraft = {
  ...unsigned,
  publisher: 'pub',
  name: 'example',
  previous: '1.0.0',
  kind: 'npm',
  manifest: 'package.json',
  metadata,
  dependencies: release.dependencies,
  files: [{ path: 'src/ünïcode.ts', size: 12 }],
  size: 12,
  root: release.root,
  skipped: [{ path: 'link', reason: 'symbolic link' }],
  diagnostics: [
    {
      severity: 'warning',
      code: 'manifest-license-missing',
      message: 'No license.',
      path: 'package.json',
      line: 1,
      column: 2,
    },
    {
      severity: 'error',
      code: 'secret',
      message: 'A key.',
      path: 'src/key.ts',
      line: 3,
      column: 1,
      fingerprint: '0123456789abcdef',
    },
  ],
  changes: {
    since: '1.0.0',
    added: [{ path: 'src/ünïcode.ts', size: 12 }],
    changed: [{ path: 'README.md', size: 2, before: 1 }],
    removed: [{ path: 'old', size: 0 }],
  },
};

const receipt: PublishReceipt = {
  id: 'pub/example',
  version: '1.0.1',
  root: release.root,
  seq: 8,
  announcedTo: 3,
  dhtStored: 2,
};

const signed = { draft: 'draft-1', signature: new Uint8Array(64).fill(255) };

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

const metrics: MetricsSnapshot = {
  since: 1_700_000_000_000,
  time: 1_700_000_060_000,
  metrics: [
    {
      name: 'p2p_operations_total',
      help: 'Calls',
      unit: '1',
      kind: 'counter',
      points: [{ labels: { operation: 'search', status: 'ok' }, value: 3 }],
    },
    { name: 'p2p_connected_peers', help: 'Peers', unit: '1', kind: 'gauge', points: [{ labels: {}, value: 2 }] },
    {
      name: 'p2p_operation_duration_ms',
      help: 'Time',
      unit: 'ms',
      kind: 'histogram',
      bounds: [1, 10],
      points: [{ labels: { operation: 'search' }, buckets: [1, 2, 0], count: 3, sum: 12.5 }],
    },
  ],
};

const status: EngineStatus = {
  version: '0.1.0',
  node: running,
  settings,
  dataDir: '/data',
  connectedPeers: 1,
  routingTableSize: 2,
  topicPeers: 3,
  counts: { published: 1, installed: 2, network: 3 },
  memory: 123_456_789,
  storage: { blocks: 12, bytes: 3_000_000, pinned: 2_000_000, evictable: 1_000_000, quota: 5_368_709_120, damaged: 1 },
  transfers: { paused: true, uploadedToday: 123, downloadedToday: 456 },
  bootstrap: [{ address: settings.bootstrap[0]!, state: 'failed', error: 'refused' }],
  tasks: [
    {
      name: 'republish-heads',
      title: 'Republish own packages in the DHT',
      running: false,
      lastRun: 1_760_000_000_006,
      duration: 12,
      result: 'ok',
      detail: '3 packages',
      next: 1_760_000_100_006,
    },
    { name: 'sync', title: 'Sync with connected peers', running: true },
  ],
};

const installed: InstalledPackage = {
  id: 'pub/example',
  publisher: 'pub',
  name: 'example',
  version: '1.0.0',
  root: release.root,
  path: '/home/user/packages/example',
  files: 3,
  size: 100,
  installedAt: 1_760_000_000_005,
};

const kept: KeptRelease = {
  id: 'pub/example',
  publisher: 'pub',
  name: 'example',
  version: '1.0.0',
  root: release.root,
  files: 3,
  size: 100,
  keptAt: 1_760_000_000_007,
};

const plan: InstallPlan = {
  plan: 'plan-1',
  project: '/home/user/project',
  lockFile: '/home/user/project/ggen.lock',
  packages: [
    {
      id: 'pub/example',
      publisher: 'pub',
      name: 'example',
      version: '1.1.0',
      root: release.root,
      size: 100,
      files: 3,
      path: '/home/user/project/packages/example',
      action: 'update',
      from: '1.0.0',
      bytesToFetch: 42,
      requested: true,
      yanked: false,
      requiredBy: [
        { by: '', requirement: '^1.0.0', optional: false },
        { by: 'other 2.0.0', requirement: '>=1.1', optional: true },
      ],
    },
  ],
  skipped: [{ id: 'extra', requirement: '^3', by: "'other' 2.0.0", reason: 'Nobody knows it.' }],
  bytesToFetch: 42,
  changes: true,
};

const archive: ArchiveReceipt = {
  id: 'pub/example',
  version: '1.0.0',
  root: release.root,
  path: '/home/user/example-1.0.0.car',
  bytes: 12_345,
  blocks: 5,
};

/** A sample of every call: one without does not compile. */
export const SAMPLES: { readonly [Name in CallName]: Sample<Name> } = {
  startNode: { request: settings, response: running },
  stopNode: { request: {}, response: { state: 'stopped', addresses: [] } },
  status: { request: {}, response: status },
  metrics: { request: {}, response: metrics },
  peers: { request: { connectedOnly: true }, response: [peer, disconnectedPeer] },
  peer: { request: { id: peer.id }, response: details },
  bootstrap: {
    request: { address: settings.bootstrap[0]! },
    response: { address: settings.bootstrap[0]!, state: 'connected' },
  },
  banPeer: { request: { id: peer.id, reason: 'It lies.', until: 1_760_000_100_000 }, response: details },
  unbanPeer: { request: { id: peer.id }, response: details },
  pauseSeeding: { request: { paused: true }, response: { paused: true, uploadedToday: 1, downloadedToday: 2 } },
  trustPeer: { request: { id: peer.id, trusted: true }, response: { ...details, standing: 'trusted' } },
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
  getPackage: { request: { id: 'pub/example' }, response: full },
  getPackageVersion: {
    request: { id: 'example', version: '^1' },
    response: { id: 'pub/example', publisher: 'pub', name: 'example', metadata, release },
  },
  providers: { request: { id: 'z6Mk/example' }, response: [{ peer: '12D3KooW', reputation: 0.85 }] },
  listVersions: { request: { id: 'example' }, response: [release, { ...release, version: '1.0.0', yanked: true }] },
  publish: { request: { ...signed, accepted: ['0123456789abcdef'] }, response: receipt },
  delete: { request: signed, response: receipt },
  exists: { request: { id: 'example', version: '1.0.0' }, response: false },
  metadata: {
    request: {},
    response: { name: 'n', description: 'd', version: '1', packageCount: 0, apiVersion: '1', features: ['search'] },
  },
  draftRelease: {
    request: {
      root: '/home/ada/project',
      publisher: 'pub',
      manifest: 'gpack.toml',
      limits: { files: 10, bytes: 1_000 },
    },
    response: draft,
    progress: [
      { phase: 'scan', files: 1, bytes: 12 },
      { phase: 'import', files: 1, bytes: 12, totalFiles: 1, totalBytes: 12 },
    ],
  },
  draftYank: { request: { id: 'example', version: '1.0.0', yanked: true, publisher: 'pub' }, response: unsigned },
  draftMerge: { request: { id: 'pub/example', publisher: 'pub' }, response: unsigned },
  discardDraft: { request: { draft: 'draft-1' }, response: undefined },
  readFolder: {
    request: { release: 'pub/example@1.0.0', path: 'src' },
    response: {
      entries: [{ name: 'main.ts', kind: 'file', size: 12, cid: release.root }],
      published: 1_760_000_000_003,
    },
  },
  statFile: {
    request: { release: 'pub/example@1.0.0', path: '' },
    response: { kind: 'folder', size: 0, cid: release.root, published: 1_760_000_000_003 },
  },
  readFile: {
    request: { release: release.root, path: 'README.md', offset: 1, length: 3 },
    response: { bytes: Uint8Array.of(0, 128, 255), size: 5 },
  },
  listFiles: {
    request: { release: 'example' },
    response: { release: 'pub/example@1.0.0', files: [{ path: 'src/ünï.ts', size: 12 }], size: 12 },
  },
  compareReleases: {
    request: { from: 'pub/example@1.0.0', to: 'pub/example@1.1.0' },
    response: {
      from: 'pub/example@1.0.0',
      to: 'pub/example@1.1.0',
      changes: [
        { path: 'a', kind: 'added', after: 1 },
        { path: 'b', kind: 'changed', before: 1, after: 2 },
        { path: 'c', kind: 'removed', before: 3 },
      ],
    },
  },
  listPackages: { request: { section: 'network', offset: 0, limit: 50 }, response: { packages: [summary], total: 1 } },
  install: {
    request: {
      id: 'pub/example',
      version: '1.0.0',
      to: '/home/user/packages/example',
      replace: true,
      overwrite: ['/home/user/packages/example/changed.txt'],
    },
    response: installed,
    progress: [
      { phase: 'resolve', files: 0, bytes: 0 },
      { phase: 'fetch', files: 1, bytes: 50, totalFiles: 3, totalBytes: 100 },
      { phase: 'write', files: 3, bytes: 100, totalFiles: 3, totalBytes: 100 },
    ],
  },
  installed: { request: {}, response: [installed] },
  planInstall: {
    request: { project: plan.project, mode: 'add', packages: ['pub/example@^1'], folder: 'packages' },
    response: plan,
  },
  applyPlan: {
    request: { plan: 'plan-1', overwrite: ['*'] },
    response: [{ ...installed, project: plan.project, changed: 0 }],
    progress: [{ phase: 'fetch', files: 0, bytes: 50, totalFiles: 3, totalBytes: 100 }],
  },
  uninstall: { request: { path: installed.path, overwrite: [] }, response: undefined },
  verifyInstalled: {
    request: { path: installed.path },
    response: {
      id: 'pub/example',
      version: '1.0.0',
      path: installed.path,
      files: 3,
      changed: ['a.txt'],
      missing: ['b/c.txt'],
      extra: ['node_modules/'],
    },
    progress: [{ phase: 'verify', files: 1, bytes: 0, totalFiles: 3 }],
  },
  exportPackage: {
    request: { id: 'pub/example', version: '1.0.0', to: archive.path },
    response: archive,
    progress: [{ phase: 'write', files: 0, bytes: 50, totalBytes: 100 }],
  },
  importPackage: {
    request: { from: archive.path },
    response: archive,
    progress: [{ phase: 'fetch', files: 0, bytes: 50, totalFiles: 3, totalBytes: 100 }],
  },
  stopSeeding: { request: { id: 'pub/example' }, response: undefined },
  keep: {
    request: { id: 'pub/example', version: '1.0.0' },
    progress: [{ phase: 'fetch', files: 0, bytes: 50, totalFiles: 3, totalBytes: 100 }],
    response: kept,
  },
  unkeep: { request: { id: 'pub/example' }, response: undefined },
  kept: { request: {}, response: [kept] },
  cleanUpStorage: { request: {}, progress: [{ bytes: 600_000 }], response: { blocks: 3, bytes: 1_200_000 } },
  verifyStorage: {
    request: {},
    progress: [{ phase: 'repair', blocks: 7, bytes: 70, totalBlocks: 8, totalBytes: 80, id: 'pub/example' }],
    response: {
      blocks: 8,
      bytes: 80,
      damaged: 2,
      repaired: [{ id: 'pub/example', version: '1.0.0' }],
      unrepaired: [{ id: 'pub/other', version: '0.1.0', reason: 'No connected peer provides this package.' }],
    },
  },
};

/** A sample of every event. */
export const EVENT_SAMPLES: { readonly [Name in keyof EngineEvents]: EngineEvents[Name] } = {
  node: { version: 1, status: failed },
  peers: { version: 2, peers: [peer, disconnectedPeer] },
  packages: { version: 3, counts: status.counts, changed: ['pub/example'] },
  forks: { version: 4, ids: ['pub/example'] },
  log: { version: 5, line: { level: 'info', scope: 'announce', message: 'told 3 peers', time: 1_760_000_000_006 } },
};
