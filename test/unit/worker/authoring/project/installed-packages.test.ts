import assert from 'node:assert/strict';
import { join } from 'node:path';
import { createPublisherKey } from '../../../../../src/identity/publisher-key.ts';
import { withLockedDependencies } from '../../../../../src/worker/authoring/locked-dependencies.ts';
import { readManifest } from '../../../../../src/worker/authoring/manifest/read-manifest.ts';
import type { ProjectScan } from '../../../../../src/worker/authoring/project/project.ts';
import { scanProject, type ScanOptions } from '../../../../../src/worker/authoring/project/scan-project.ts';
import { qualifiedFolder, serializeLock } from '../../../../../src/worker/install/lock/lock-file.ts';
import type { LockedPackage } from '../../../../../src/worker/install/lock/lock-file.ts';
import { ProjectFolder, type Files } from '../project-folder.ts';

const publisher = createPublisherKey().id;
const other = createPublisherKey().id;
const root = 'bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi';

const gpack = (name: string, version = '1.0.0', more = ''): string =>
  `[gpack]\nid = "${name}"\nversion = "${version}"\ndescription = "x"\nlicense = "MIT"\n${more}`;

function locked(name: string, more: Partial<LockedPackage> = {}): LockedPackage {
  return { publisher, name, version: '1.0.0', root, size: 10, files: 2, dependencies: [], ...more };
}

async function scanned(files: Files, installs: readonly [id: string, path: string][] = []): Promise<ProjectScan> {
  await using folder = await ProjectFolder.of({ 'README.md': '', ...files });
  const manifest = await readManifest(folder.root, undefined);
  const known = installs.map(([id, path]) => ({ id, path: join(folder.root, path) }));
  const options: ScanOptions = { manifest, installs: known };
  return await scanProject(folder.root, options);
}

const paths = ({ files }: ProjectScan): string[] =>
  files.map(({ path }) => path).filter((path) => path !== 'README.md');
const remarked = ({ diagnostics }: ProjectScan): string[] =>
  diagnostics.filter(({ code }) => code === 'installation-not-locked').map(({ path }) => path);

describe('packages that are installed in a project', () => {
  it('are not published, and neither is the lock file', async () => {
    const twin = locked('twin', { publisher: other });
    const result = await scanned({
      'gpack.toml': gpack('own'),
      'ggen.lock': serializeLock({ packages: [locked('lib'), { ...twin, folder: qualifiedFolder(twin) }] }),
      'packages/lib/gpack.toml': gpack('lib'),
      'packages/lib/deep/a.ts': '',
      [`packages/${qualifiedFolder(twin)}/gpack.toml`]: gpack('twin'),
      'packages/own-part/a.ts': '',
      'src/lib/a.ts': '',
    });
    assert.deepEqual(paths(result), ['gpack.toml', 'packages/own-part/a.ts', 'src/lib/a.ts']);
    assert.deepEqual(
      result.excluded.map(({ path, rule }) => [path, rule.text]),
      [
        ['ggen.lock', 'the manifest does not name it'],
        ...['lib', qualifiedFolder(twin)].map((name) => [
          `packages/${name}/`,
          'installed package, listed in ggen.lock',
        ]),
      ],
    );
    assert.deepEqual(result.locked.map(({ name }) => name).sort(), ['lib', 'twin']);
  });

  it('are recognized in a packages folder of another name, by the catalog or by their manifest', async () => {
    const files = {
      'gpack.toml': gpack('own'),
      'ggen.lock': serializeLock({ packages: [locked('lib'), locked('plain')] }),
      'vendor/lib/gpack.toml': gpack('lib'),
      'vendor/plain/a.ts': '',
      'src/lib/gpack.toml': gpack('lib', '2.0.0'),
    };
    const cloned = await scanned(files);
    assert.deepEqual(paths(cloned), ['gpack.toml', 'src/lib/gpack.toml', 'vendor/plain/a.ts']);
    const here = await scanned(files, [[`${publisher}/plain`, 'vendor/plain']]);
    assert.deepEqual(paths(here), ['gpack.toml', 'src/lib/gpack.toml']);
  });

  it('are left out with a remark when their folder was moved, renamed or copied', async () => {
    const lock = serializeLock({ packages: [locked('lib'), locked('js', { version: '2.0.0' })] });
    const result = await scanned({
      'gpack.toml': gpack('own'),
      'ggen.lock': lock,
      'packages/renamed/gpack.toml': gpack('lib'),
      'packages/renamed/run.sh': '',
      'src/deep/moved/package.json': '{"name":"js","version":"2.0.0"}',
      'src/deep/moved/a.js': '',
      'src/fork/gpack.toml': gpack('lib', '1.0.1'),
      'src/namesake/gpack.toml': gpack('other'),
      'src/broken/gpack.toml': '[',
    });
    assert.deepEqual(paths(result), [
      'gpack.toml',
      'src/broken/gpack.toml',
      'src/fork/gpack.toml',
      'src/namesake/gpack.toml',
    ]);
    assert.deepEqual(
      result.diagnostics
        .filter(({ code }) => code === 'installation-moved')
        .map(({ path, severity }) => [path, severity]),
      [
        ['packages/renamed', 'warning'],
        ['src/deep/moved', 'warning'],
      ],
    );
    const unlocked = await scanned({ 'gpack.toml': gpack('own'), 'src/moved/gpack.toml': gpack('lib') });
    assert.deepEqual(paths(unlocked), ['gpack.toml', 'src/moved/gpack.toml']);
  });

  it('are not published from the packages folder that the lock file names', async () => {
    for (const packagesFolder of ['third-party/ggen', '']) {
      const prefix = packagesFolder === '' ? '' : `${packagesFolder}/`;
      const result = await scanned({
        'gpack.toml': gpack('own'),
        'ggen.lock': serializeLock({ packages: [locked('lib')], packagesFolder }),
        [`${prefix}lib/a.ts`]: '',
        'src/lib/a.ts': '',
      });
      assert.deepEqual(paths(result), ['gpack.toml', 'src/lib/a.ts']);
    }
  });

  it('are not published in a folder that has a lock file of its own', async () => {
    const result = await scanned({
      'gpack.toml': gpack('own'),
      'tools/a/ggen.lock': serializeLock({ packages: [locked('lib')] }),
      'tools/a/packages/lib/a.ts': '',
      'tools/a/main.ts': '',
      'test/fixture/ggen.lock': 'not a lock file',
    });
    assert.deepEqual(paths(result), ['gpack.toml', 'test/fixture/ggen.lock', 'tools/a/main.ts']);
    assert.deepEqual(result.locked, []);
  });

  it('leave the lock file in when the manifest includes it by name', async () => {
    const lock = { 'ggen.lock': serializeLock({ packages: [locked('lib')] }), 'packages/lib/a.ts': '', 'a.ts': '' };
    const named = await scanned({ 'gpack.toml': gpack('own', '1.0.0', 'include = ["ggen.lock", "*.ts"]\n'), ...lock });
    assert.deepEqual(paths(named), ['a.ts', 'ggen.lock', 'gpack.toml']);
    const matched = await scanned({ 'gpack.toml': gpack('own', '1.0.0', 'include = ["*"]\n'), ...lock });
    assert.deepEqual(paths(matched), ['a.ts', 'gpack.toml']);
  });

  it('block publishing when the lock file cannot be read', async () => {
    await assert.rejects(scanned({ 'gpack.toml': gpack('own'), 'ggen.lock': 'version = 99' }), { name: 'LockInvalid' });
  });

  it('are remarked when the lock file does not list them', async () => {
    const files = {
      'gpack.toml': gpack('own'),
      'packages/stray/gpack.toml': gpack('stray'),
      'packages/~abcdefgh-twin/a.ts': '',
      'packages/parts/a.ts': '',
      'extra/a.ts': '',
    };
    const result = await scanned(files, [[`${publisher}/extra`, 'extra']]);
    assert.deepEqual(remarked(result), ['extra', 'packages/stray', 'packages/~abcdefgh-twin']);
    assert.equal(paths(result).length, 5);
    const workspace = await scanned({ ...files, 'pnpm-workspace.yaml': 'packages:\n  - packages/*\n' });
    assert.deepEqual(remarked(workspace), ['packages/~abcdefgh-twin']);
  });

  it('become dependencies with the ranges that were asked for', async () => {
    await using folder = await ProjectFolder.of({
      'gpack.toml': gpack('own', '1.0.0', `[dependencies]\nlisted = "^3"\n"${other}/full" = "^4"\n`),
    });
    const manifest = await readManifest(folder.root, undefined);
    const lock = [
      locked('direct', { requirement: '^1.0.0' }),
      locked('transitive'),
      locked('listed', { requirement: '^1.0.0' }),
      locked('full', { requirement: '^1.0.0' }),
      locked('own', { requirement: '*' }),
    ];
    assert.deepEqual(
      withLockedDependencies(manifest, lock, publisher).dependencies.map(({ id, requirement }) => [id, requirement]),
      [
        ['listed', '^3'],
        [`${other}/full`, '^4'],
        [`${publisher}/direct`, '^1.0.0'],
        [`${publisher}/full`, '^1.0.0'],
      ],
    );
  });
});
