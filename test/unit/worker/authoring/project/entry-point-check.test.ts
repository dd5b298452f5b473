import assert from 'node:assert/strict';
import { readManifest } from '../../../../../src/worker/authoring/manifest/read-manifest.ts';
import { entryPointDiagnostics } from '../../../../../src/worker/authoring/project/entry-point-check.ts';
import { scanProject } from '../../../../../src/worker/authoring/project/scan-project.ts';
import { ProjectFolder, type Files } from '../project-folder.ts';

/** `severity key target line` of each missing entry point. */
async function missing(fields: Readonly<Record<string, unknown>>, files: Files = {}): Promise<string[]> {
  const manifest = JSON.stringify({ name: 'x', version: '1.0.0', ...fields }, null, 2);
  await using folder = await ProjectFolder.of({ 'package.json': manifest, ...files });
  const read = await readManifest(folder.root, undefined);
  const { files: published, diagnostics } = await scanProject(folder.root, { manifest: read });
  const found = entryPointDiagnostics(published, read);
  assert.deepEqual(
    diagnostics.filter(({ code }) => code === 'entry-point-missing'),
    found,
  );
  return found.map(({ severity, message, line }) => {
    assert.match(message, /Build the project first/);
    const [, key, target] = /^`(\w+)` refers to "(.*?)"/.exec(message) ?? [];
    return `${severity} ${key} ${target} ${line}`;
  });
}

describe('entry points of an npm project', () => {
  it('block publishing when they are not built, each at its line', async () => {
    const fields = { files: ['dist'], main: 'dist/index.js', bin: { x: 'dist/cli.js' }, types: 'dist/index.d.ts' };
    assert.deepEqual(await missing(fields, { 'src/index.ts': '' }), [
      'error main dist/index.js 7',
      'warning types dist/index.d.ts 11',
      'error bin dist/cli.js 9',
    ]);
    const built: Files = { 'dist/index.js': '', 'dist/cli.js': '', 'dist/index.d.ts': '', '.gitignore': 'dist\n' };
    assert.deepEqual(await missing(fields, built), []);
  });

  it('are resolved as Node resolves them', async () => {
    const files: Files = { 'lib/index.js': '', 'a.js': '', 'cli.js': '', 'index.js': '' };
    for (const main of ['lib', './lib/', 'a', './a.js', '.', './', ''])
      assert.deepEqual(await missing({ main }, files), []);
    assert.deepEqual(await missing({ bin: './cli.js' }, files), []);
    // The loader of commands tries no endings.
    assert.deepEqual(await missing({ bin: 'cli' }, files), ['error bin cli 4']);
  });

  it('include the targets of `exports`, with conditions, patterns and folders', async () => {
    const exports = {
      '.': { types: './a.d.ts', default: './a.js' },
      './parts/*': './parts/*.js',
      './old/': './old/',
      './none': null,
      './list': ['./a.js', './gone.js'],
    };
    const files: Files = { 'a.d.ts': '', 'a.js': '', 'parts/x.js': '', 'old/y': '' };
    assert.deepEqual(await missing({ exports }, files), ['error exports ./gone.js 14']);
    assert.deepEqual(await missing({ exports: './*.mjs' }, files), ['error exports ./*.mjs 4']);
  });

  it('never lead out of the package', async () => {
    const outside = ['../x.js', '../../etc/passwd', './../x.js', '..', 'lib/../../x.js', '..\\x.js'];
    await using folder = await ProjectFolder.of({ 'x.js': '', 'x/lib/a.js': '' });
    for (const target of outside) {
      for (const key of ['main', 'bin', 'exports']) {
        if ((key === 'exports' && target.startsWith('lib')) || (target === '..' && key === 'exports')) continue;
        const manifest = JSON.stringify({ name: 'x', version: '1.0.0', [key]: target }, null, 2);
        await folder.write({ 'x/package.json': manifest });
        const read = await readManifest(folder.path('x'), undefined);
        const { files } = await scanProject(folder.path('x'), { manifest: read });
        const found = entryPointDiagnostics(files, read);
        assert.deepEqual(
          found.map(({ severity, line, column }) => [severity, line, column]),
          [['error', 4, 3]],
          `${key} ${target}`,
        );
        assert.match(found[0]?.message ?? '', /leads out of the package/);
      }
    }
  });

  it('are written with forward slashes, except those of commands', async () => {
    const files: Files = { 'lib/index.js': '' };
    await using folder = await ProjectFolder.of({
      'package.json': '{"name":"x","version":"1.0.0","main":"lib\\\\index.js"}',
      ...files,
    });
    const read = await readManifest(folder.root, undefined);
    const found = entryPointDiagnostics((await scanProject(folder.root, { manifest: read })).files, read);
    assert.match(found[0]?.message ?? '', /^`main` refers to "lib\\index.js".*forward slashes/);
    assert.equal(found[0]?.severity, 'error');
    assert.deepEqual(await missing({ bin: 'lib\\index.js' }, files), []);
  });

  it('that an own list leaves out are missing, too', async () => {
    const files: Files = { '.ggenignore': 'a.js\n', 'a.js': '' };
    assert.deepEqual(await missing({ main: 'a.js' }, files), ['error main a.js 4']);
  });
});
