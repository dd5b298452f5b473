import type { StorageCalls } from '../../../src/shared/api/index.ts';
import type { KeptRelease } from '../../../src/shared/model.ts';
import { release } from './registry.ts';
import type { Samples } from './sample.ts';

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

export const storageSamples: Samples<StorageCalls> = {
  keep: {
    request: { id: 'pub/example', version: '1.0.0' },
    progress: [{ phase: 'fetch', files: 0, bytes: 50, totalFiles: 3, totalBytes: 100 }],
    response: kept,
  },
  unkeep: { request: { id: 'pub/example' }, response: undefined },
  kept: { request: {}, response: [kept] },
  pauseSeeding: { request: { paused: true }, response: { paused: true, uploadedToday: 1, downloadedToday: 2 } },
  stopSeeding: { request: { id: 'pub/example' }, response: undefined },
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
