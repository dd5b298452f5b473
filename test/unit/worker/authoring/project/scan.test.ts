import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmod, symlink } from 'node:fs/promises';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { readManifest } from '../../../../../src/worker/authoring/manifest/read-manifest.ts';
import { scanProject } from '../../../../../src/worker/authoring/project/scan-project.ts';
import { ruleText } from '../../../../../src/shared/pack-rule.ts';
import type { ProjectScan } from '../../../../../src/worker/authoring/project/project.ts';
import { skipIf, skipOnWindows } from '../../../../skip.ts';
import { ProjectFolder } from '../project-folder.ts';
import { MANIFEST, codes, published, scan } from './scan-files.ts';

/** Entries that a release cannot carry, with the reason. */
function unsupported(excluded: ProjectScan['excluded']): string[][] {
  return excluded.filter((entry) => entry.unsupported).map(({ path, rule }) => [path, ruleText(rule)]);
}

describe('scanning a project', () => {
  it('lists files with sizes, sorted, with forward slashes', async () => {
    await using folder = await ProjectFolder.of({ 'b/c/d.txt': 'four', 'b/a': '', Z: '1', 'README.md': '#' });
    const result = await scanProject(folder.root);
    assert.deepEqual(
      result.files.map(({ path, size }) => [path, size]),
      [
        ['README.md', 1],
        ['Z', 1],
        ['b/a', 0],
        ['b/c/d.txt', 4],
      ],
    );
    assert.equal(result.size, 6);
    assert.equal(result.root, folder.root);
    assert.equal(result.files[3]?.absolutePath, folder.path('b', 'c', 'd.txt'));
    assert.deepEqual([result.excluded, result.diagnostics, result.readme], [[], [], 'README.md']);
  });

  it('always excludes what is not part of a project', async () => {
    const files = await published({
      '.git/config': '',
      'sub/.git': 'gitdir: elsewhere',
      '.hg/hgrc': '',
      '.svn/entries': '',
      '.jj/repo/x': '',
      'node_modules/a/index.js': '',
      'packages/p/node_modules/b/index.js': '',
      '.idea/workspace.xml': '',
      '.vscode-test/user-data/x': '',
      '.DS_Store': '',
      'sub/Thumbs.db': '',
      'desktop.ini': '',
      'src/.main.ts.swp': '',
      'src/.main.ts.swo': '',
      'src/main.ts~': '',
      'src/#main.ts#': '',
      'src/.#main.ts': '',
      '.vs/state': '',
      '.fleet/settings.json': '',
      '.history/main.ts': '',
      '.ggen-staging-pack-1a2b/half-written': '',
      '.ggenignore': '!node_modules\n!.git\n!.DS_Store\n',
      '.vscode/settings.json': '{}',
      'dist/bundle.js': '',
      'target/debug/x': '',
      'src/main.ts': '',
    });
    assert.deepEqual(files, [
      '.ggenignore',
      '.vscode/settings.json',
      'dist/bundle.js',
      'src/main.ts',
      'target/debug/x',
    ]);
  });

  it('lets .ggenignore override .gitignore, at every level', async () => {
    const files = await published({
      '.gitignore': 'dist/\n*.map\n/sub/generated\n',
      '.ggenignore': '!dist/\n/tests\nsub/a\n',
      'sub/.gitignore': '!x.map\n!a\n',
      'sub/deep/.ggenignore': '!*.map\n*.txt\n',
      'dist/a.js': '',
      'dist/a.map': '',
      'tests/t': '',
      'sub/a': '',
      'sub/x.map': '',
      'sub/deep/y.map': '',
      'sub/deep/z.txt': '',
      'sub/generated': '',
    });
    assert.deepEqual(files, [
      '.ggenignore',
      '.gitignore',
      'dist/a.js',
      'sub/.gitignore',
      'sub/deep/.ggenignore',
      'sub/deep/y.map',
      'sub/x.map',
    ]);
  });

  it('honors include and exclude of the manifest', async () => {
    await using folder = await ProjectFolder.of({
      'package.toml':
        '[package]\nname="c"\nversion="1.0.0"\ndescription="x"\nlicense="MIT"\ninclude=["/src","*.rs"]\nexclude=["fixtures/"]\n',
      '.ggenignore': '!src/keep/fixtures/\n',
      'src/lib.rs': '',
      'src/data.bin': '',
      'src/fixtures/big.bin': '',
      'src/keep/fixtures/small.bin': '',
      'benches/b.rs': '',
      'docs/a.md': '',
      'readme.md': '',
      'LICENSE-MIT': '',
      'docs/LICENSE': '',
    });
    const manifest = await readManifest(folder.root, undefined);
    const { files, diagnostics } = await scanProject(folder.root, { manifest });
    assert.deepEqual(
      files.map(({ path }) => path),
      [
        'LICENSE-MIT',
        'benches/b.rs',
        'package.toml',
        'readme.md',
        'src/data.bin',
        'src/keep/fixtures/small.bin',
        'src/lib.rs',
      ],
    );
    assert.deepEqual(diagnostics, []);
  });

  it('reports special files and links that lead out of the project', async function () {
    skipOnWindows(this, 'links without privileges');
    await using folder = await ProjectFolder.of({ 'README.md': '', 'real/file': 'x', '.gitignore': 'ignored-link\n' });
    await symlink('/etc/passwd', folder.path('secrets'));
    await symlink('x', folder.path('ignored-link'));
    execFileSync('mkfifo', [folder.path('pipe')]);
    const server = createServer().listen(folder.path('socket'));
    await once(server, 'listening');
    try {
      const { files, excluded } = await scanProject(folder.root);
      assert.deepEqual(
        files.map(({ path }) => path),
        ['.gitignore', 'README.md', 'real/file'],
      );
      assert.deepEqual(unsupported(excluded), [
        ['pipe', 'named pipe'],
        ['secrets', 'symbolic link out of the project'],
        ['socket', 'socket'],
      ]);
    } finally {
      server.close();
    }
  });

  it('reports unreadable files', async function () {
    skipOnWindows(this, 'modes of files');
    skipIf(this, process.getuid?.() === 0, 'root may read everything');
    await using folder = await ProjectFolder.of({ 'README.md': '', closed: 'x', 'locked/x': '' });
    await chmod(folder.path('closed'), 0o000);
    await chmod(folder.path('locked'), 0o000);
    try {
      const { excluded } = await scanProject(folder.root);
      assert.deepEqual(unsupported(excluded), [
        ['closed', 'permission denied'],
        ['locked', 'permission denied'],
      ]);
    } finally {
      await chmod(folder.path('locked'), 0o700);
    }
  });

  it('does not follow an ignore file that is a link', async function () {
    skipOnWindows(this, 'links without privileges');
    await using folder = await ProjectFolder.of({ 'README.md': '', rules: '*.md\n' });
    await symlink('rules', folder.path('.gitignore'));
    const { files, excluded } = await scanProject(folder.root);
    assert.deepEqual(
      files.map(({ path }) => path),
      ['.gitignore', 'README.md', 'rules'],
    );
    assert.deepEqual(excluded, []);
  });

  it('summarizes a large number of problems', async function () {
    skipOnWindows(this, 'such names');
    const files = Object.fromEntries(Array.from({ length: 150 }, (_, index) => [`x${index}?`, '']));
    const result = await scan({ ...files, 'README.md': '' });
    assert.equal(result.diagnostics.length, 101);
    assert.match(result.diagnostics.at(-1)?.message ?? '', /50 more/);
  });

  it('finds README and changelog in any case, Markdown first', async () => {
    const result = await scan({
      'readme.txt': '',
      'ReadMe.MD': '',
      README: '',
      'HISTORY.md': '',
      'docs/CHANGELOG.md': '',
    });
    assert.deepEqual([result.readme, result.changelog], ['ReadMe.MD', 'HISTORY.md']);
  });

  it('uses the README that the manifest names, and reports where it is missing', async () => {
    const named = `${MANIFEST}readme = "docs/intro.md"\n`;
    await using folder = await ProjectFolder.of({ 'package.toml': named, 'README.md': '', 'docs/intro.md': '' });
    const manifest = await readManifest(folder.root, undefined);
    assert.equal((await scanProject(folder.root, { manifest })).readme, 'docs/intro.md');
    await folder.write({ '.ggenignore': 'docs\n' });
    const without = await scanProject(folder.root, { manifest });
    assert.equal(without.readme, 'README.md');
    assert.deepEqual(codes(without), ['readme-not-found']);
  });

  it('warns of a missing README without blocking', async () => {
    const { diagnostics } = await scan({ a: '' });
    assert.deepEqual(
      diagnostics.map(({ severity, code }) => [severity, code]),
      [['information', 'readme-missing']],
    );
  });

  it('blocks when the manifest itself is ignored', async () => {
    await using folder = await ProjectFolder.of({
      'package.toml': MANIFEST,
      'README.md': '',
      '.gitignore': '*.toml\n',
    });
    const manifest = await readManifest(folder.root, undefined);
    assert.deepEqual(codes(await scanProject(folder.root, { manifest })), ['manifest-left-out']);
  });

  it('reports its progress, and stops when it is canceled', async () => {
    await using folder = await ProjectFolder.of({ 'README.md': 'abc', 'a/b/c': 'd' });
    const progress: unknown[] = [];
    const controller = new AbortController();
    await scanProject(folder.root, { signal: controller.signal, onProgress: (step) => progress.push(step) });
    assert.deepEqual(progress.at(-1), { phase: 'scan', files: 2, bytes: 4 });
    const canceling = scanProject(folder.root, {
      signal: controller.signal,
      onProgress: () => {
        controller.abort();
      },
    });
    await assert.rejects(canceling, { name: 'AbortError' });
  });

  it('rejects what is not a folder', async () => {
    await using folder = await ProjectFolder.of({ file: '' });
    for (const root of ['relative', folder.path('absent'), folder.path('file')]) {
      await assert.rejects(scanProject(root), { name: 'InvalidRequest' });
    }
  });

  it('resolves a link to the project itself', async function () {
    skipOnWindows(this, 'links without privileges');
    await using folder = await ProjectFolder.of({ 'real/README.md': '' });
    await symlink(folder.path('real'), folder.path('alias'));
    assert.equal((await scanProject(folder.path('alias'))).root, folder.path('real'));
  });
});
