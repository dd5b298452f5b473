import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmod } from 'node:fs/promises';
import { readManifest } from '../../../../../src/worker/authoring/manifest/read-manifest.ts';
import { gitDiagnostics } from '../../../../../src/worker/authoring/preflight/git-check.ts';
import type { ProjectScan } from '../../../../../src/worker/authoring/project/project.ts';
import { readGitWorkTree } from '../../../../../src/worker/authoring/repository/git-work-tree.ts';
import { executableFiles, scanProject } from '../../../../../src/worker/authoring/project/scan-project.ts';
import { skipOnWindows } from '../../../../skip.ts';
import { ProjectFolder, type Files } from '../project-folder.ts';

function git(cwd: string, ...command: readonly string[]): void {
  const identity = ['-c', 'user.name=t', '-c', 'user.email=t@example.org', '-c', 'protocol.file.allow=always'];
  execFileSync('git', [...identity, ...command], { cwd, stdio: 'pipe' });
}

async function repository(files: Files): Promise<ProjectFolder> {
  const folder = await ProjectFolder.of({ 'README.md': '', ...files });
  git(folder.root, 'init', '-q');
  git(folder.root, 'add', '-A', '-f');
  git(folder.root, 'commit', '-q', '-m', 'x');
  return folder;
}

const paths = ({ files }: ProjectScan): string[] => files.map(({ path }) => path);

describe('a project in a git work tree', () => {
  it('keeps tracked files below node_modules and tracked files that an ignore file names', async () => {
    await using folder = await repository({
      '.gitignore': 'node_modules\n*.log\n',
      'test/fixtures/node_modules/dep/index.js': '',
      'kept.log': '',
    });
    await folder.write({
      'node_modules/installed/index.js': '',
      'test/fixtures/node_modules/dep/untracked.js': '',
      'left-out.log': '',
    });
    const tracked = ['.gitignore', 'README.md', 'kept.log', 'test/fixtures/node_modules/dep/index.js'];
    assert.deepEqual(paths(await scanProject(folder.root)), tracked);
    await folder.write({ '.ggenignore': '*.log\nnode_modules/\n' });
    assert.deepEqual(paths(await scanProject(folder.root)), ['.ggenignore', '.gitignore', 'README.md']);
  });

  it('is remarked for files that are not committed, in a folder of the repository, too', async () => {
    await using folder = await repository({
      '.gitignore': 'out\n',
      'member/a.ts': 'a',
      'member/b.ts': 'b',
      'c.ts': 'c',
    });
    await folder.write({ 'member/a.ts': 'changed', 'member/new.ts': '', 'out/x': '', 'c.ts': 'changed' });
    const { files, workTree } = await scanProject(folder.path('member'));
    assert.deepEqual(
      gitDiagnostics(files, workTree).map(({ severity, code, path, message }) => [severity, code, path, message]),
      [
        ['warning', 'git-uncommitted', 'a.ts', 'This file is published with uncommitted changes: a.ts.'],
        ['warning', 'git-untracked', 'new.ts', 'This file is published but not tracked by git: new.ts.'],
      ],
    );
    git(folder.root, 'add', '-A');
    git(folder.root, 'commit', '-q', '-m', 'y');
    const clean = await scanProject(folder.path('member'));
    assert.deepEqual(gitDiagnostics(clean.files, clean.workTree), []);
  });

  it('does not run the programs that the configuration of the repository names', async () => {
    await using folder = await repository({ 'a.ts': '' });
    git(folder.root, 'config', 'core.fsmonitor', `touch ${folder.path('ran')}; false`);
    assert.deepEqual(paths(await scanProject(folder.root)), ['README.md', 'a.ts']);
  });

  it('is blocked by a submodule that is not checked out, and names one that is', async () => {
    await using library = await repository({ 'lib.c': 'x' });
    await using folder = await repository({ 'a.ts': '' });
    git(folder.root, 'submodule', '--quiet', 'add', library.root, 'vendor/lib');
    git(folder.root, 'commit', '-q', '-m', 'y');
    const found = async (): Promise<string[][]> =>
      (await scanProject(folder.root)).diagnostics
        .filter(({ code }) => code.startsWith('submodule'))
        .map(({ severity, code, path }) => [severity, code, path]);
    assert.deepEqual(await found(), [['information', 'submodule-included', 'vendor/lib']]);
    git(folder.root, 'submodule', '--quiet', 'deinit', '-f', 'vendor/lib');
    assert.deepEqual(await found(), [['error', 'submodule-missing', 'vendor/lib']]);
    await folder.write({ '.ggenignore': 'vendor/lib/\n' });
    assert.deepEqual(await found(), []);
  });

  it('is blocked by an empty submodule of an npm project when npm would pack its files', async () => {
    await using library = await repository({ 'lib.c': 'x' });
    const npm = (more: object): string => JSON.stringify({ name: 'x', version: '1.0.0', ...more });
    await using folder = await repository({ 'lib/a.js': '', 'vendor/own.js': '' });
    git(folder.root, 'submodule', '--quiet', 'add', library.root, 'vendor/x');
    git(folder.root, 'submodule', '--quiet', 'add', library.root, 'third/party/y');
    git(folder.root, 'commit', '-q', '-m', 'y');
    git(folder.root, 'submodule', '--quiet', 'deinit', '-f', '--all');
    const missing = async (files: readonly string[] | undefined, npmignore = ''): Promise<string[]> => {
      await folder.write({ 'package.json': npm({ files }), '.npmignore': npmignore });
      const { diagnostics } = await scanProject(folder.root, {
        manifest: await readManifest(folder.root, 'package.json'),
      });
      return diagnostics.filter(({ code }) => code === 'submodule-missing').map(({ path }) => path);
    };
    assert.deepEqual(await missing(['lib']), []);
    assert.deepEqual(await missing(['vendor/own.js', '*.js']), []);
    for (const files of [['lib', 'vendor'], ['./vendor/x/'], ['vendor/x/src/*.c'], ['vendor/*'], ['vend*/x/lib.c']])
      assert.deepEqual(await missing(files), ['vendor/x'], files.join());
    assert.deepEqual(await missing(['lib', 'third']), ['third/party/y']);
    assert.deepEqual(await missing(['vendor', '!vendor/x']), []);
    assert.deepEqual(await missing(['vendor', '!vendor/x/test']), ['vendor/x']);
    assert.deepEqual((await missing(undefined)).toSorted(), ['third/party/y', 'vendor/x']);
    assert.deepEqual(await missing(undefined, 'third\n'), ['vendor/x']);
  });

  it('has the executable files of the disk, or those of the index where the disk does not tell', async function () {
    skipOnWindows(this, 'modes of files');
    await using folder = await repository({ 'committed.sh': '', 'member/run.sh': '', 'plain.txt': '' });
    const executables = async (at: string): Promise<string[]> =>
      (await scanProject(at)).files.filter(({ executable }) => executable).map(({ path }) => path);
    git(folder.root, 'update-index', '--chmod=+x', 'committed.sh', 'member/run.sh');
    await folder.write({ 'new.sh': '' });
    for (const path of ['new.sh', 'plain.txt']) await chmod(folder.path(path), 0o744);
    assert.deepEqual(await executables(folder.root), ['new.sh', 'plain.txt']);
    git(folder.root, 'config', 'core.fileMode', 'false');
    assert.deepEqual(await executables(folder.root), ['committed.sh', 'member/run.sh']);
    assert.deepEqual(await executables(folder.path('member')), ['run.sh']);
  });

  it('tells which files can be executed on Windows, where nothing else does', async () => {
    await using folder = await repository({ 'run.sh': '' });
    git(folder.root, 'update-index', '--chmod=+x', 'run.sh');
    const workTree = await readGitWorkTree(folder.root);
    assert.deepEqual(executableFiles(workTree, 'win32'), new Set(['run.sh']));
    assert.deepEqual(executableFiles(undefined, 'win32'), new Set());
    assert.equal(executableFiles(undefined, 'linux'), undefined);
  });

  it('needs no git: without a repository nothing is remarked', async () => {
    await using folder = await ProjectFolder.of({ 'a.ts': '' });
    assert.equal((await scanProject(folder.root)).workTree, undefined);
  });
});
