import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmod, mkdir, symlink, truncate, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { LIMITS } from '../../../../../src/shared/defaults.ts';
import { readManifest } from '../../../../../src/worker/authoring/manifest/read-manifest.ts';
import type { ProjectScan } from '../../../../../src/worker/authoring/project/project.ts';
import { scanProject, type ScanOptions } from '../../../../../src/worker/authoring/project/scan-project.ts';
import { skipIf, skipOnWindows } from '../../../../skip.ts';
import { ProjectFolder, type Files } from '../project-folder.ts';

const MANIFEST = '[package]\nname = "x"\nversion = "1.0.0"\ndescription = "x"\nlicense = "MIT"\n';

async function scan(files: Files, options?: ScanOptions): Promise<ProjectScan> {
  await using folder = await ProjectFolder.of(files);
  return await scanProject(folder.root, options);
}

async function published(files: Files): Promise<string[]> {
  return (await scan(files)).files.map(({ path }) => path);
}

function codes({ diagnostics }: ProjectScan): string[] {
  return diagnostics.map(({ code }) => code);
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
    assert.deepEqual([result.skipped, result.diagnostics, result.readme], [[], [], 'README.md']);
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
      'Cargo.toml':
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
        'Cargo.toml',
        'LICENSE-MIT',
        'benches/b.rs',
        'readme.md',
        'src/data.bin',
        'src/keep/fixtures/small.bin',
        'src/lib.rs',
      ],
    );
    assert.deepEqual(diagnostics, []);
  });

  it('does not treat the `files` of npm as an allow-list', async () => {
    await using folder = await ProjectFolder.of({
      'package.json': '{"name":"n","version":"1.0.0","description":"x","license":"MIT","files":["dist"]}',
      'src/index.ts': '',
      'README.md': '',
    });
    const manifest = await readManifest(folder.root, undefined);
    const { files } = await scanProject(folder.root, { manifest });
    assert.ok(files.some(({ path }) => path === 'src/index.ts'));
  });

  it('reports links and special files instead of following them', async function () {
    skipOnWindows(this, 'links for everybody');
    await using folder = await ProjectFolder.of({ 'README.md': '', 'real/file': 'x', '.gitignore': 'ignored-link\n' });
    await symlink('/etc/passwd', folder.path('secrets'));
    await symlink(folder.path('real'), folder.path('alias'));
    await symlink('..', folder.path('real', 'loop'));
    await symlink('nowhere', folder.path('broken'));
    await symlink('x', folder.path('ignored-link'));
    execFileSync('mkfifo', [folder.path('pipe')]);
    const server = createServer().listen(folder.path('socket'));
    await once(server, 'listening');
    try {
      const { files, skipped } = await scanProject(folder.root);
      assert.deepEqual(
        files.map(({ path }) => path),
        ['.gitignore', 'README.md', 'real/file'],
      );
      assert.deepEqual(
        skipped.map(({ path, reason }) => [path, reason]),
        [
          ['alias', 'symbolic link'],
          ['broken', 'symbolic link'],
          ['pipe', 'named pipe'],
          ['real/loop', 'symbolic link'],
          ['secrets', 'symbolic link'],
          ['socket', 'socket'],
        ],
      );
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
      const { skipped } = await scanProject(folder.root);
      assert.deepEqual(
        skipped.map(({ path, reason }) => [path, reason]),
        [
          ['closed', 'permission denied'],
          ['locked', 'permission denied'],
        ],
      );
    } finally {
      await chmod(folder.path('locked'), 0o700);
    }
  });

  it('does not follow an ignore file that is a link', async function () {
    skipOnWindows(this, 'links for everybody');
    await using folder = await ProjectFolder.of({ 'README.md': '', rules: '*.md\n' });
    await symlink('rules', folder.path('.gitignore'));
    const { files, skipped } = await scanProject(folder.root);
    assert.deepEqual(
      files.map(({ path }) => path),
      ['README.md', 'rules'],
    );
    assert.deepEqual(skipped, [{ path: '.gitignore', reason: 'symbolic link' }]);
  });

  it('rejects names that other systems do not support', async function () {
    skipOnWindows(this, 'such names');
    const result = await scan({ 'README.md': '', 'aux.c': '', 'a:b': '', 'sub/trailing ': '', 'back\\slash': '' });
    assert.deepEqual(
      result.diagnostics.map(({ severity, code, path }) => [severity, code, path]),
      ['a:b', 'aux.c', 'back\\slash', 'sub/trailing '].map((path) => ['error', 'path-unsafe', path]),
    );
    assert.deepEqual(codes(await scan({ 'README.md': '', '.gitignore': 'aux.c\n', 'aux.c': '' })), []);
  });

  it('rejects names that are one file on case-insensitive systems', async function () {
    await using folder = await ProjectFolder.of({
      'README.md': '',
      Makefile: '',
      makefile: '',
      'Src/a': '',
      'src/b': '',
    });
    const result = await scanProject(folder.root);
    skipIf(this, result.files.length < 5, 'this file system ignores case');
    assert.deepEqual(
      result.diagnostics.map(({ severity, code, path }) => [severity, code, path]),
      ['makefile', 'src/b'].map((path) => ['error', 'path-collision', path]),
    );
  });

  it('publishes names in one Unicode form', async function () {
    skipIf(this, process.platform === 'darwin', 'the file system brings names into one form itself');
    await using folder = await ProjectFolder.of({ 'README.md': '', 'cafe\u0301': 'x' });
    assert.equal((await scanProject(folder.root)).files[1]?.path, 'caf\u00e9');
    assert.equal((await scanProject(folder.root)).files[1]?.absolutePath, folder.path('cafe\u0301'));
    await folder.write({ 'caf\u00e9': 'y' });
    assert.deepEqual(codes(await scanProject(folder.root)), ['path-collision']);
  });

  it('rejects folders that are nested too deeply', async () => {
    const path = `${'d/'.repeat(LIMITS.pathDepth)}file`;
    const result = await scan({ 'README.md': '', [path]: '', [`${'e/'.repeat(LIMITS.pathDepth - 1)}file`]: '' });
    assert.deepEqual(codes(result), ['path-unsafe']);
    assert.equal(result.files.length, 2);
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
    skipOnWindows(this, 'links for everybody');
    await using folder = await ProjectFolder.of({ 'real/README.md': '' });
    await symlink(folder.path('real'), folder.path('alias'));
    assert.equal((await scanProject(folder.path('alias'))).root, folder.path('real'));
  });
});

describe('limits of a release', function () {
  this.timeout(60_000); // ten thousand files are written

  it('accepts as many files as allowed, and reports the counts when there is one more', async () => {
    await using folder = await ProjectFolder.of();
    await mkdir(folder.path('data'));
    for (let start = 0; start < LIMITS.filesPerRelease; start += 100) {
      const names = Array.from({ length: 100 }, (_, index) => folder.path('data', `${start + index}`));
      await Promise.all(names.map((name) => writeFile(name, '')));
    }
    assert.equal((await scanProject(folder.root)).files.length, LIMITS.filesPerRelease);
    await folder.write({ one: '' });
    await assert.rejects(scanProject(folder.root), {
      name: 'ProjectTooLarge',
      message: /10,000 files[\s\S]*`data\/`[\s\S]*\.ggenignore/,
    });
    await folder.write({ '.ggenignore': 'data/\n' });
    assert.equal((await scanProject(folder.root)).files.length, 2);
  });

  it('reports the sizes of a project with too many bytes', async () => {
    await using folder = await ProjectFolder.of({ 'video.mp4': '', 'a/README.md': '' });
    // A sparse file has a size but uses no disk space.
    await truncate(folder.path('video.mp4'), LIMITS.bytesPerRelease);
    assert.equal((await scanProject(folder.root)).size, LIMITS.bytesPerRelease);
    await folder.write({ 'a/more': 'x' });
    await assert.rejects(scanProject(folder.root), { name: 'ProjectTooLarge', message: /512 MiB[\s\S]*root folder/ });
  });

  it('does not treat an ignore file of a megabyte as empty', async () => {
    await assert.rejects(scan({ '.gitignore': 'x\n'.repeat(600_000) }), {
      name: 'InvalidRequest',
      message: /gitignore/,
    });
    await assert.rejects(scan({ '.gitignore': 'x\n'.repeat(20_000) }), {
      name: 'ProjectTooLarge',
      message: /patterns/,
    });
  });

  it('does not treat an ignore file in UTF-16 as empty', async () => {
    for (const name of ['.gitignore', 'sub/.ggenignore']) {
      const files = { [name]: Buffer.from('\ufeffprivate.txt\r\n', 'utf16le'), 'private.txt': '' };
      await assert.rejects(scan(files), {
        name: 'InvalidRequest',
        message: /Cannot tell which files .*ignore ignores.*UTF-8/,
      });
    }
  });

  it('is not slowed down by malicious patterns', async () => {
    const name = 'a'.repeat(200);
    const patterns = [
      `${'*a'.repeat(60)}b`,
      `${'a*'.repeat(60)}b`,
      `${'**/a/'.repeat(3)}b`,
      `${'?*'.repeat(60)}b`,
      `${'[a-z]*'.repeat(40)}!`,
    ];
    const deep = `${'a/'.repeat(40)}${name}`;
    const files = await published({
      '.gitignore': `${patterns.join('\n')}\n`,
      'README.md': '',
      [name]: '',
      [deep]: '',
    });
    assert.equal(files.length, 4);
    const slowPattern = { '.gitignore': `${'**/a/'.repeat(20)}b` };
    await assert.rejects(scan(slowPattern), { name: 'InvalidRequest', message: /more than 3/ });
  });
});
