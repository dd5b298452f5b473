import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdir, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { readManifest } from '../../../../../src/worker/authoring/manifest/read-manifest.ts';
import { npmFiles } from '../../../../../src/worker/authoring/npm/npm-files.ts';
import { RepositoryLinks } from '../../../../../src/worker/authoring/repository/repository-links.ts';
import type { ProjectScan } from '../../../../../src/worker/authoring/project/project.ts';
import { scanProject } from '../../../../../src/worker/authoring/project/scan-project.ts';
import { createPublisherKey } from '../../../../../src/identity/publisher-key.ts';
import { serializeLock } from '../../../../../src/worker/install/lock/lock-file.ts';
import { ProjectFolder, type Files } from '../project-folder.ts';
import { NPM_LAYOUTS } from './npm-layouts.ts';

async function scan(root: string): Promise<ProjectScan> {
  return await scanProject(root, { manifest: await readManifest(root, undefined) });
}

async function scanned(files: Files): Promise<ProjectScan> {
  await using folder = await ProjectFolder.of(files);
  return await scan(folder.root);
}

const paths = ({ files }: ProjectScan): string[] => files.map(({ path }) => path);

/** The files that npm itself lists, sorted. */
function npmPack(cwd: string): string[] {
  const output = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts', '--offline'], {
    cwd,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
    shell: process.platform === 'win32',
    env: { ...process.env, npm_config_update_notifier: 'false' },
  });
  const [packed] = JSON.parse(output) as readonly { readonly files: readonly { readonly path: string }[] }[];
  return (packed?.files ?? []).map(({ path }) => path).sort();
}

describe('the files of an npm project', () => {
  for (const [name, { files, member = '', links = {}, linked = [] }] of Object.entries(NPM_LAYOUTS)) {
    it(`are those that npm packs: ${name}`, async () => {
      await using folder = await ProjectFolder.of(files);
      for (const [path, target] of Object.entries(links)) {
        await mkdir(dirname(folder.path(path)), { recursive: true });
        await symlink(target, folder.path(path));
      }
      const root = join(folder.root, member);
      // The one thing in which the lists differ: links inside the project become content.
      const expected = [...npmPack(root), ...linked].sort();
      assert.ok(expected.includes('package.json'));
      const manifest = await readManifest(root, undefined);
      assert.ok(manifest.npm !== undefined);
      assert.deepEqual((await npmFiles(root, manifest.npm, new RepositoryLinks(root, 'project'))).toSorted(), expected);
      assert.deepEqual(paths(await scan(root)), expected);
    });
  }

  const LISTED: Files = {
    'package.json': '{"name":"x","version":"1.0.0","license":"MIT","files":["dist","packages"]}',
    'README.md': '',
    'dist/a.js': '',
    'dist/a.map': '',
    'dist/sub/b.map': '',
  };

  it('are reduced further by .ggenignore', async () => {
    assert.deepEqual(
      paths(await scanned({ ...LISTED, '.ggenignore': '*.map\n', 'dist/sub/.ggenignore': '!b.map\n' })),
      ['README.md', 'dist/a.js', 'dist/sub/.ggenignore', 'dist/sub/b.map', 'package.json'],
    );
  });

  it('are without installed packages, also where npm would pack them', async () => {
    const locked = { name: 'lib', version: '1.0.0', size: 1, files: 1, dependencies: [] };
    const root = 'bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi';
    const installed: Files = {
      'ggen.lock': serializeLock({ packages: [{ ...locked, root, publisher: createPublisherKey().id }] }),
      'packages/lib/a.js': '',
      'packages/own/a.js': '',
    };
    const own = ['README.md', 'dist/a.js', 'dist/a.map', 'dist/sub/b.map', 'package.json', 'packages/own/a.js'];
    assert.deepEqual(paths(await scanned({ ...LISTED, ...installed })), own);
    const named = LISTED['package.json']?.toString().replace('"dist"', '"ggen.lock","dist"') ?? '';
    const withLock = await scanned({ ...LISTED, ...installed, 'package.json': named });
    assert.deepEqual(paths(withLock), [...own, 'ggen.lock'].sort());
    const unlisted = await scanned({ 'package.json': '{"name":"x","version":"1.0.0"}', ...installed });
    assert.deepEqual(paths(unlisted), ['package.json', 'packages/own/a.js']);
  });

  it('include fixtures below node_modules that git tracks', async () => {
    await using folder = await ProjectFolder.of({
      'package.json': '{"name":"x","version":"1.0.0"}',
      '.gitignore': 'node_modules\n',
      'test/node_modules/dep/index.js': '',
    });
    execFileSync('git', ['init', '-q'], { cwd: folder.root });
    execFileSync('git', ['add', '-f', '.'], { cwd: folder.root });
    await folder.write({ 'node_modules/installed/index.js': '', 'test/node_modules/other/index.js': '' });
    assert.deepEqual(paths(await scan(folder.root)), ['package.json', 'test/node_modules/dep/index.js']);
  });
});
