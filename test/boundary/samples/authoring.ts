import type { AuthoringCalls } from '../../../src/shared/api/index.ts';
import type { PublishReceipt, ReleaseDraft } from '../../../src/shared/model.ts';
import { metadata, release } from './registry.ts';
import type { Samples } from './sample.ts';

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
  latest: '1.0.1',
  distTags: [{ tag: 'next', version: '1.0.1' }],
  kind: 'npm',
  manifest: 'package.json',
  metadata,
  dependencies: release.dependencies,
  files: [{ path: 'src/ünïcode.ts', size: 12, rule: { text: 'no rule excludes it' } }],
  size: 12,
  root: release.root,
  excluded: [
    { path: 'dist/', rule: { text: 'excluded by the pattern', pattern: 'dist', path: '.gitignore', line: 2 } },
    { path: 'link', rule: { text: 'symbolic link out of the repository' }, unsupported: true },
  ],
  moreExcluded: 3,
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

export const authoringSamples: Samples<AuthoringCalls> = {
  draftRelease: {
    request: {
      root: '/home/ada/project',
      publisher: 'pub',
      manifest: 'gpack.toml',
      version: '1.0.1',
      limits: { files: 10, bytes: 1_000 },
      tag: 'next',
    },
    response: draft,
    progress: [
      { phase: 'scan', files: 1, bytes: 12 },
      { phase: 'import', files: 1, bytes: 12, totalFiles: 1, totalBytes: 12 },
    ],
  },
  draftYank: { request: { id: 'example', version: '1.0.0', yanked: true, publisher: 'pub' }, response: unsigned },
  draftDistTag: {
    request: { id: 'example', tag: 'next', version: '1.0.0', publisher: 'pub' },
    response: unsigned,
  },
  draftMerge: { request: { id: 'pub/example', publisher: 'pub' }, response: unsigned },
  discardDraft: { request: { draft: 'draft-1' }, response: undefined },
  publish: { request: { ...signed, accepted: ['0123456789abcdef'] }, response: receipt },
  delete: { request: signed, response: receipt },
};
