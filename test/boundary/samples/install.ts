import type { InstallCalls } from '../../../src/shared/api/index.ts';
import type { ArchiveReceipt, InstallPlan, InstalledPackage } from '../../../src/shared/model.ts';
import { release } from './registry.ts';
import type { Samples } from './sample.ts';

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
      contested: false,
      requiredBy: [
        { by: '', requirement: '^1.0.0', optional: false },
        { by: 'other 2.0.0', requirement: '>=1.1', optional: true },
      ],
    },
  ],
  skipped: [{ id: 'extra', requirement: '^3', by: "'other' 2.0.0", reason: 'No peer knows it.' }],
  names: [{ id: 'pub/example', publisher: 'pub', name: 'example', reason: 'only', others: [] }],
  bytesToFetch: 42,
  changes: true,
  lockChanges: true,
  mismatches: [],
};

const archive: ArchiveReceipt = {
  id: 'pub/example',
  version: '1.0.0',
  root: release.root,
  path: '/home/user/example-1.0.0.car',
  bytes: 12_345,
  blocks: 5,
};

export const installSamples: Samples<InstallCalls> = {
  planInstall: {
    request: {
      project: plan.project,
      mode: 'add',
      packages: ['pub/example@^1'],
      folder: 'packages',
      choices: ['pub/other'],
    },
    response: plan,
  },
  applyPlan: {
    request: { plan: 'plan-1', overwrite: ['*'] },
    response: [{ ...installed, project: plan.project, changed: 0 }],
    progress: [{ phase: 'fetch', files: 0, bytes: 50, totalFiles: 3, totalBytes: 100 }],
  },
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
  uninstall: { request: { path: installed.path, overwrite: [] }, response: undefined },
  verifyInstalled: {
    request: { path: installed.path },
    response: {
      id: 'pub/example',
      version: '1.0.0',
      path: installed.path,
      files: 3,
      changed: ['a.txt', 'bin/run.sh'],
      executeBits: { lost: ['bin/run.sh'], added: [] },
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
};
