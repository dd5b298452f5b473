import assert from 'node:assert/strict';
import type { Manifest } from '../../../../../src/worker/authoring/manifest/manifest.ts';
import { suggestVersion } from '../../../../../src/worker/authoring/manifest/package-version.ts';
import { versionDiagnostics } from '../../../../../src/worker/authoring/preflight/version-order.ts';
import { readManifest } from '../../../../../src/worker/authoring/manifest/read-manifest.ts';
import { ProjectFolder } from '../project-folder.ts';

async function read(file: string, text: string, version?: string): Promise<Manifest> {
  await using folder = await ProjectFolder.of({ [file]: text });
  return await readManifest(folder.root, undefined, { version });
}

function about(manifest: Manifest): unknown[] {
  const versions = manifest.diagnostics.filter(({ code }) => code.includes('version'));
  return versions.map(({ severity, code, line, column }) => [severity, code, line, column]);
}

const CARGO = '[package]\nname = "x"\nversion = "1.0.0"\ndescription = "x"\nlicense = "MIT"\n';

describe('the version to publish', () => {
  it('is the chosen one, with a remark where the manifest says another', async () => {
    const manifest = await read('Cargo.toml', CARGO, '1.1.0');
    assert.equal(manifest.version, '1.1.0');
    assert.deepEqual(about(manifest), [['warning', 'version-differs', 3, 1]]);
    assert.match(manifest.diagnostics[0]?.message ?? '', /"1\.0\.0"; 1\.1\.0 is published/);
  });

  it('needs no remark where the manifest says the same, or nothing', async () => {
    assert.deepEqual(about(await read('Cargo.toml', CARGO, '1.0.0')), []);
    const dynamic = '[project]\nname = "x"\ndynamic = ["version"]\n';
    const manifest = await read('pyproject.toml', dynamic, '1.0.0');
    assert.deepEqual([manifest.version, about(manifest)], ['1.0.0', []]);
  });

  it('replaces one that cannot be published', async () => {
    for (const written of ['"1.0"', '5', 'true']) {
      const manifest = await read('package.json', `{"name":"x",\n"version":${written}}`, '2.0.0');
      assert.deepEqual([manifest.version, about(manifest)], ['2.0.0', [['warning', 'version-differs', 2, 1]]]);
    }
  });

  it('is suggested only when it can be one', () => {
    const large = '9'.repeat(20);
    for (const text of [`${large}.0.0`, `1.${large}`, `1.0.${large}`, `1.0.${large}-x`])
      assert.equal(suggestVersion(text), undefined, text);
    assert.equal(suggestVersion('v1.2'), '1.2.0');
    assert.equal(suggestVersion('1.2.3.4'), '1.2.3-4');
  });

  it('is remarked when it differs from a published one in build metadata only', async () => {
    const manifest = await read('Cargo.toml', CARGO, '2.0.1+build5');
    const release = {
      root: '',
      size: 0,
      files: 0,
      kind: 'cargo',
      dependencies: [],
      published: 0,
      yanked: false,
    } as const;
    const published = (...versions: readonly string[]): unknown[] =>
      versionDiagnostics(manifest, { releases: versions.map((version) => ({ ...release, version })) })
        .filter(({ severity }) => severity === 'warning')
        .map(({ code, line, message }) => [code, line, /select (\S+)\. /.exec(message)?.[1]]);
    assert.deepEqual(published('2.0.0', '2.0.1'), [['version-build-metadata', 3, '2.0.1+build5']]);
    assert.deepEqual(published('2.0.1+build6'), [['version-build-metadata', 3, '2.0.1+build6']]);
    assert.deepEqual(published('2.0.0', '2.0.1-rc.1', '2.0.2'), []);
  });

  it('must be a version', async () => {
    for (const chosen of ['2.0', 'latest', '', 'v2.0.0'])
      await assert.rejects(read('Cargo.toml', CARGO, chosen), { name: 'InvalidRequest' }, chosen);
  });

  it('of a Python project may be written as Python does', async () => {
    const text = '[project]\nname = "x"\nversion = "1.2"\n';
    const manifest = await read('pyproject.toml', text);
    assert.deepEqual(
      [manifest.version, about(manifest)],
      ['1.2.0', [['information', 'manifest-version-converted', 3, 1]]],
    );
    assert.equal((await read('pyproject.toml', text, '1.3.dev0')).version, '1.3.0-0.dev.0');
    assert.deepEqual(about(await read('pyproject.toml', text, '1.2')), []);
    await assert.rejects(read('pyproject.toml', text, '1.2.post1'), {
      name: 'InvalidRequest',
      message: /post-releases/,
    });
  });

  it('is asked for with the place in the manifest where Python has none that fits', async () => {
    for (const [line, expected] of [
      ['version = "1.0.post1"', 'manifest-version-invalid'],
      ['version = "1!1.0"', 'manifest-version-invalid'],
      ['dynamic = ["version"]', 'manifest-version-missing'],
    ] as const) {
      const manifest = await read('pyproject.toml', `[project]\nname = "x"\n${line}\n`);
      assert.deepEqual(about(manifest), [['error', expected, 3, 1]]);
      const problem = manifest.diagnostics.find(({ code }) => code === expected);
      assert.match(problem?.message ?? '', /--version/);
    }
  });
});
