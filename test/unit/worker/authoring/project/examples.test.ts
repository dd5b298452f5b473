import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import semver from 'semver';
import type { Manifest } from '../../../../../src/worker/authoring/manifest/manifest.ts';
import { readManifest } from '../../../../../src/worker/authoring/manifest/read-manifest.ts';
import type { ProjectScan } from '../../../../../src/worker/authoring/project/project.ts';
import { scanProject } from '../../../../../src/worker/authoring/project/scan-project.ts';

const REPOSITORY = join(import.meta.dirname, '..', '..', '..', '..', '..');

const EXAMPLES = {
  'rust-cli-subcommand': 'gpack',
  'rust-error-types': 'gpack-package',
  'sql-from-shapes': 'package-toml',
  'sample-project': 'npm',
} as const;

async function read(root: string): Promise<{ manifest: Manifest; scan: ProjectScan }> {
  const manifest = await readManifest(root, undefined);
  return { manifest, scan: await scanProject(root, { manifest }) };
}

describe('the examples', () => {
  for (const [name, kind] of Object.entries(EXAMPLES)) {
    it(`${name} can be published as it is`, async () => {
      const { manifest, scan } = await read(join(REPOSITORY, 'examples', name));
      assert.equal(manifest.kind, kind);
      assert.deepEqual([...manifest.diagnostics, ...scan.diagnostics], []);
      assert.equal(scan.readme, 'README.md');
      assert.ok(scan.files.some(({ path }) => path === 'LICENSE'));
      assert.ok(scan.files.length >= 5);
    });
  }

  it('depend on each other with ranges that match', async () => {
    const names = Object.keys(EXAMPLES).map((name) => read(join(REPOSITORY, 'examples', name)));
    const manifests = (await Promise.all(names)).map(({ manifest }) => manifest);
    const dependencies = manifests.flatMap((manifest) => manifest.dependencies);
    assert.ok(dependencies.length > 0);
    for (const { id, requirement } of dependencies) {
      const target = manifests.find(({ name }) => name === id);
      assert.ok(target !== undefined && semver.satisfies(target.version, requirement), id);
    }
  });

  it('keep the tests of the sample project out of its package', async () => {
    const { scan } = await read(join(REPOSITORY, 'examples', 'sample-project'));
    assert.ok(!scan.files.some(({ path }) => path.startsWith('test/')));
    assert.ok(existsSync(join(REPOSITORY, 'examples', 'sample-project', 'test')));
  });
});

describe('this repository', () => {
  it('is private, and publishes what npm packs: the built program, without sources and downloads', async () => {
    const { manifest, scan } = await read(REPOSITORY);
    assert.equal(manifest.kind, 'npm');
    assert.equal(manifest.name, 'ggen-p2p');
    const blocking = [...manifest.diagnostics, ...scan.diagnostics].filter(({ severity }) => severity === 'error');
    const codes = new Set(blocking.map(({ code }) => code));
    assert.ok(codes.delete('project-private'));
    // Entry points are missing before the project is built.
    codes.delete('entry-point-missing');
    assert.deepEqual([...codes], []);
    const paths = scan.files.map(({ path }) => path);
    assert.ok(['package.json', 'README.md', 'LICENSE'].every((path) => paths.includes(path)));
    const leftOut = /(?:^|\/)node_modules\/|^(?:src|test|out|\.cache|\.git|artifacts)\//;
    assert.deepEqual(
      paths.filter((path) => leftOut.test(path)),
      [],
    );
    assert.ok(paths.length < 20);
  });
});
