import assert from 'node:assert/strict';
import { truncate, writeFile } from 'node:fs/promises';
import type { Diagnostic, ReleaseChanges } from '../../../../../src/shared/model.ts';
import { readManifest } from '../../../../../src/worker/authoring/manifest/read-manifest.ts';
import { mayBeBreaking } from '../../../../../src/worker/authoring/preflight/breaking-changes.ts';
import { LARGE_FILE_BYTES } from '../../../../../src/worker/authoring/preflight/large-file-check.ts';
import { lookAlikeDiagnostics } from '../../../../../src/worker/authoring/preflight/look-alikes.ts';
import { preflight } from '../../../../../src/worker/authoring/preflight/preflight.ts';
import { scanProject } from '../../../../../src/worker/authoring/project/scan-project.ts';
import { confusableNames } from '../../../../../src/worker/authoring/draft-name.ts';
import { ProjectFolder, type Files } from '../project-folder.ts';

const MANIFEST = '[package]\nname = "x"\nversion = "1.3.0"\ndescription = "x"\nlicense = "MIT"\n';

async function check(files: Files, changes?: ReleaseChanges, manifest = MANIFEST): Promise<Diagnostic[]> {
  await using folder = await ProjectFolder.of({ 'gpack.toml': manifest, 'README.md': '', ...files });
  return await checkFolder(folder, changes);
}

async function checkFolder(folder: ProjectFolder, changes?: ReleaseChanges): Promise<Diagnostic[]> {
  const manifest = await readManifest(folder.root, undefined);
  return preflight(manifest, await scanProject(folder.root, { manifest }), changes);
}

function places(diagnostics: readonly Diagnostic[]): unknown[] {
  return diagnostics.map(({ severity, code, path, line }) => [severity, code, path, line]);
}

const removing = (since: string, ...paths: readonly string[]): ReleaseChanges => ({
  since,
  added: [],
  changed: [],
  removed: paths.map((path) => ({ path, size: 1 })),
});

describe('the preflight of a project', () => {
  it('asks for the text of the named license', async () => {
    assert.deepEqual(places(await check({})), [['information', 'license-file-missing', 'gpack.toml', 1]]);
    for (const name of ['LICENSE', 'licence.md', 'LICENSE-MIT', 'COPYING', 'UNLICENSE', 'LICENSES/MIT.txt']) {
      assert.deepEqual(await check({ [name]: '' }), [], name);
    }
    assert.equal((await check({ 'docs/LICENSE': '' })).length, 1);
    // The manifest's diagnostics report a missing license name.
    assert.deepEqual(await check({}, undefined, MANIFEST.replace(/license.*\n/, '')), []);
  });

  it('reports removed files in a compatible version', async () => {
    const files = { LICENSE: '' };
    const [fault] = await check(files, removing('1.2.0', 'lib/a.ts', '.github/ci.yml'));
    assert.deepEqual(places([fault!]), [['warning', 'breaking-files-removed', 'gpack.toml', 3]]);
    assert.match(fault!.message, /lib\/a\.ts, which 1\.2\.0 had.* increase the version to 2\.0\.0\.$/);
    assert.deepEqual(await check(files, removing('1.2.0', '.github/ci.yml')), []);
    assert.deepEqual(await check(files, removing('0.9.0', 'lib/a.ts')), []);
    const many = removing('1.2.0', 'a', 'b', 'c', 'd', 'e');
    assert.match((await check(files, many))[0]?.message ?? '', /no longer has a, b, c and 2 more/);
  });

  it('knows which version changes may be breaking', () => {
    const cases: readonly (readonly [string, string, boolean])[] = [
      ['1.2.3', '1.2.4', false],
      ['1.2.3', '1.9.0', false],
      ['1.2.3', '2.0.0', true],
      ['1.2.3', '2.0.0-beta.1', true],
      ['0.2.3', '0.2.4', false],
      ['0.2.3', '0.3.0', true],
      ['0.0.3', '0.0.4', true],
      ['1.0.0-alpha', '1.0.0', false],
      ['1.0.0+build.1', '1.0.0+build.2', false],
    ];
    for (const [before, after, breaks] of cases)
      assert.equal(mayBeBreaking(before, after), breaks, `${before} → ${after}`);
  });

  it('lists large files, the largest first, up to a limit', async () => {
    await using folder = await ProjectFolder.of({ 'gpack.toml': MANIFEST, 'README.md': '', LICENSE: '' });
    for (let index = 0; index < 25; index++) {
      await writeFile(folder.path(`large-${index}.bin`), '');
      await truncate(folder.path(`large-${index}.bin`), LARGE_FILE_BYTES - 1 + index);
    }
    const found = await checkFolder(folder);
    assert.deepEqual([found.length, found[0]?.code, found[0]?.path], [20, 'file-large', 'large-24.bin']);
  });

  it('reports file names that look like others', () => {
    const alike = (...paths: string[]): string[] => lookAlikeDiagnostics(paths).map(({ path }) => path);
    assert.deepEqual(alike('src/paypal.ts', 'src/р\u0430ypal.ts'), ['src/р\u0430ypal.ts']);
    assert.deepEqual(alike('p\u0430ypal.ts'), ['p\u0430ypal.ts']);
    assert.deepEqual(alike('\uff41.ts', 'a.ts'), ['a.ts']);
    assert.deepEqual(alike('ocean', '\u043ecean/x', 'οcean/y'), ['\u043ecean/x', 'οcean/y']);
    // Names in one other script, words in different scripts, and accents are valid.
    assert.deepEqual(
      alike('документ.md', 'ру-docs.md', 'Ελλάδα.txt', '名前.txt', 'café.txt', 'cafe.txt', 'l1.ts', 'll.ts'),
      [],
    );
  });

  it('detects package names that look alike', () => {
    assert.ok(['c00l', 'co0l', 'coo1', 'cooi'].every((name) => confusableNames('cool').includes(name)));
    assert.ok(confusableNames('modern').includes('modem'));
    assert.ok(confusableNames('a-b').includes('a_b') && confusableNames('a-b').includes('ab'));
    assert.ok(!confusableNames('cool').includes('cool') && !confusableNames('o').includes(''));
    assert.ok(confusableNames('l'.repeat(128)).length < 2_000);
  });
});
