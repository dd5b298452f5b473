import type { ReadingCalls } from '../../../src/shared/api/index.ts';
import { release } from './registry.ts';
import type { Samples } from './sample.ts';

export const readingSamples: Samples<ReadingCalls> = {
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
};
