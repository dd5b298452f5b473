import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmod, mkdir, readFile, rm, symlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { createPublisherKey } from '../../../../../src/identity/publisher-key.ts';
import { readManifest } from '../../../../../src/worker/authoring/manifest/read-manifest.ts';
import { readProjectFile } from '../../../../../src/worker/authoring/project/read-project-file.ts';
import { scanProject } from '../../../../../src/worker/authoring/project/scan-project.ts';
import type { ProjectScan } from '../../../../../src/worker/authoring/project/project.ts';
import { serializeLock } from '../../../../../src/worker/install/lock/lock-file.ts';
import { skipOnWindows } from '../../../../skip.ts';
import { ProjectFolder, type Files } from '../project-folder.ts';

/** @param links targets by path of the link */
async function folderWith(files: Files, links: Readonly<Record<string, string>>): Promise<ProjectFolder> {
  const folder = await ProjectFolder.of(files);
  for (const [path, target] of Object.entries(links)) {
    await mkdir(dirname(folder.path(path)), { recursive: true });
    await symlink(target, folder.path(path));
  }
  return folder;
}

/** A git work tree; what is to be tracked is added with `git add -f`. */
function initGit({ root }: ProjectFolder, ...tracked: readonly string[]): void {
  execFileSync('git', ['init', '-q'], { cwd: root });
  if (tracked.length > 0) execFileSync('git', ['add', '-f', ...tracked], { cwd: root });
}

const paths = ({ files }: ProjectScan): string[] => files.map(({ path }) => path);
const skips = ({ excluded }: ProjectScan): string[] =>
  excluded.filter((entry) => entry.unsupported).map(({ path, rule }) => `${path}: ${rule.text}`);

async function contents({ files }: ProjectScan): Promise<Record<string, string>> {
  const read = files.map(async (file) => {
    const chunks: Uint8Array[] = [];
    for await (const chunk of readProjectFile(file)) chunks.push(chunk);
    return [file.path, Buffer.concat(chunks).toString()] as const;
  });
  return Object.fromEntries(await Promise.all(read));
}

describe('symbolic links in a project', () => {
  before(function () {
    skipOnWindows(this, 'links without privileges');
  });

  it('to files and folders of the repository are content, from a member of it, too', async () => {
    await using folder = await folderWith(
      { LICENSE: 'MIT', 'common/a.txt': 'shared', 'common/deep/b.txt': 'b', 'member/x.txt': 'x' },
      {
        'member/LICENSE': '../LICENSE',
        'member/shared': '../common',
        'member/chain': 'shared/deep',
        'member/self.txt': 'x.txt',
        'member/out': '../../..',
        'member/passwd': '/etc/passwd',
      },
    );
    initGit(folder);
    const member = await scanProject(folder.path('member'));
    assert.deepEqual(await contents(member), {
      LICENSE: 'MIT',
      'chain/b.txt': 'b',
      'self.txt': 'x',
      'shared/a.txt': 'shared',
      'shared/deep/b.txt': 'b',
      'x.txt': 'x',
    });
    const outside = 'symbolic link out of the repository';
    assert.deepEqual(skips(member), [`out: ${outside}`, `passwd: ${outside}`]);
    assert.equal(member.size, 3 + 1 + 1 + 6 + 1 + 1);
  });

  it('without git lead out of the project as soon as they leave its folder', async () => {
    await using folder = await folderWith(
      { LICENSE: 'MIT', 'member/x.txt': 'x' },
      { 'member/LICENSE': '../LICENSE', 'member/y.txt': 'x.txt' },
    );
    const member = await scanProject(folder.path('member'));
    assert.deepEqual(paths(member), ['x.txt', 'y.txt']);
    assert.deepEqual(skips(member), ['LICENSE: symbolic link out of the project']);
  });

  it('that lead in a circle or nowhere are named with the reason', async () => {
    await using folder = await folderWith(
      { 'README.md': '', 'a/x': 'x', 'b/y': 'y', 'deep/er/z': 'z' },
      {
        'deep/er/up': '..',
        'deep/top': '.',
        whole: '.',
        'a/to-b': '../b',
        'b/to-a': '../a',
        one: 'two',
        two: 'one',
        gone: 'nothing',
        pipes: 'pipe',
      },
    );
    execFileSync('mkfifo', [folder.path('pipe')]);
    const found = await scanProject(folder.root);
    assert.deepEqual(paths(found), ['README.md', 'a/to-b/y', 'a/x', 'b/to-a/x', 'b/y', 'deep/er/z']);
    const circle = 'symbolic link to a folder that contains it';
    assert.deepEqual(skips(found), [
      `a/to-b/to-a: ${circle}`,
      `b/to-a/to-b: ${circle}`,
      `deep/er/up: ${circle}`,
      `deep/top: ${circle}`,
      'gone: symbolic link to nothing',
      'one: symbolic link to itself',
      'pipe: named pipe',
      'pipes: symbolic link to a special file',
      'two: symbolic link to itself',
      `whole: ${circle}`,
    ]);
  });

  it('that multiply one another are bounded in depth, number and size', async () => {
    const folders = Array.from({ length: 12 }, (_, index) => `f${index}`);
    const links = folders.flatMap((from) =>
      folders.filter((to) => to !== from).map((to) => [`${from}/${to}`, `../${to}`] as const),
    );
    await using folder = await folderWith({ 'README.md': '' }, Object.fromEntries(links));
    const found = await scanProject(folder.root);
    assert.deepEqual(paths(found), ['README.md']);
    assert.ok(found.excluded.some(({ rule }) => rule.text === 'more than 1000 symbolic links to folders'));
    await folder.write(Object.fromEntries(folders.map((name) => [`${name}/file`, Buffer.alloc(1_000)])));
    const limits = { files: 10_000, bytes: 200_000 };
    await assert.rejects(scanProject(folder.root, { limits }), { name: 'ProjectTooLarge' });
  });

  it('do not bring in what is ignored, excluded or installed at its own place', async () => {
    const locked = { name: 'lib', version: '1.0.0', size: 1, files: 1, dependencies: [] };
    const root = 'bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi';
    const lock = serializeLock({ packages: [{ ...locked, root, publisher: createPublisherKey().id }] });
    await using folder = await folderWith(
      {
        '.gitignore': '.env\n/build/\n*.log\nnode_modules\n!kept.log\n',
        '.env': 'PASSWORD=1',
        'build/out.js': '',
        'common/.gitignore': 'secret.txt\n',
        'common/a.txt': 'a',
        'common/secret.txt': 's',
        'common/trace.log': '',
        'common/kept.log': '',
        'common/forced.log': '',
        'common/node_modules/dep/i.js': '',
        'node_modules/dep/i.js': '',
        'own/.ggenignore': 'private\n',
        'own/private/p.txt': 'p',
        'own/public.txt': 'p',
        'ggen.lock': lock,
        'packages/lib/a.js': '',
      },
      {
        settings: '.env',
        dist: 'build',
        'dist.js': 'build/out.js',
        shared: 'common',
        dep: 'node_modules/dep',
        mine: 'own',
        hidden: 'own/private',
        vendored: 'packages/lib',
        head: '.git/HEAD',
      },
    );
    initGit(folder, 'common/forced.log');
    const found = await scanProject(folder.root);
    const linked = paths(found).filter((path) => /^(settings|dist|shared|dep|mine|hidden|vendored|head)/.test(path));
    assert.deepEqual(linked, [
      'mine/.ggenignore',
      'mine/public.txt',
      'shared/.gitignore',
      'shared/a.txt',
      'shared/forced.log',
      'shared/kept.log',
    ]);
    assert.deepEqual(skips(found), [
      'dep: symbolic link to a folder that is never published',
      'dist: symbolic link to a folder that is ignored',
      'dist.js: symbolic link to a folder that is ignored',
      'head: symbolic link to data of version control',
      'hidden: symbolic link to a folder that is ignored',
      'settings: symbolic link to a file that is ignored',
      'vendored: symbolic link to an installed package',
    ]);
  });

  it('have the execute bit of what they lead to', async () => {
    await using folder = await folderWith(
      { 'tools/run.sh': '', 'tools/plain': '' },
      { run: 'tools/run.sh', bin: 'tools' },
    );
    await chmod(folder.path('tools/run.sh'), 0o755);
    const executables = async (): Promise<string[]> =>
      (await scanProject(folder.root)).files.filter(({ executable }) => executable).map(({ path }) => path);
    assert.deepEqual(await executables(), ['bin/run.sh', 'run', 'tools/run.sh']);
    initGit(folder, 'tools/plain');
    execFileSync('git', ['update-index', '--chmod=+x', 'tools/plain'], { cwd: folder.root });
    execFileSync('git', ['config', 'core.fileMode', 'false'], { cwd: folder.root });
    assert.deepEqual(await executables(), ['bin/plain', 'tools/plain']);
  });

  it('that git checked out as files of text, as on Windows, are content as well', async () => {
    await using folder = await folderWith(
      { 'a.txt': 'a', 'tools/b.txt': 'b' },
      { link: 'a.txt', chain: 'link', bin: 'tools', out: '/etc/passwd', self: 'self2', self2: 'self', lost: 'nothing' },
    );
    initGit(folder, '.');
    const links = ['link', 'chain', 'bin', 'out', 'self', 'self2', 'lost'];
    execFileSync('git', ['config', 'core.symlinks', 'false'], { cwd: folder.root });
    for (const path of links) await rm(folder.path(path));
    execFileSync('git', ['checkout', '-q', '--', ...links], { cwd: folder.root });
    assert.equal(await readFile(folder.path('link'), 'utf8'), 'a.txt');
    const found = await scanProject(folder.root);
    assert.deepEqual(await contents(found), {
      'a.txt': 'a',
      'bin/b.txt': 'b',
      chain: 'a',
      link: 'a',
      'tools/b.txt': 'b',
    });
    assert.deepEqual(skips(found), [
      'lost: symbolic link to nothing',
      'out: symbolic link out of the repository',
      'self: symbolic link to itself',
      'self2: symbolic link to itself',
    ]);
    execFileSync('git', ['config', 'core.symlinks', 'true'], { cwd: folder.root });
    const { files } = await scanProject(folder.root);
    assert.ok(
      files.some(({ path }) => path === 'bin'),
      'a file in the place of a link that was meant',
    );
  });

  describe('in an npm project', () => {
    const npm = async (files: Files, links: Readonly<Record<string, string>>, fields = {}): Promise<ProjectScan> => {
      const manifest = JSON.stringify({ name: 'x', version: '1.0.0', license: 'MIT', ...fields });
      await using folder = await folderWith({ 'member/package.json': manifest, ...files }, links);
      initGit(folder);
      const root = folder.path('member');
      return await scanProject(root, { manifest: await readManifest(root, undefined) });
    };
    const shared: Files = {
      LICENSE: 'MIT',
      'common/a.js': '',
      'common/a.test.js': '',
      'common/.npmignore': '*.test.js\n',
      'common/.npmrc': '',
      'member/index.js': '',
      'member/lib/b.js': '',
    };

    it('are content where npm would pack a file or folder of that name', async () => {
      const links = { 'member/LICENSE': '../LICENSE', 'member/lib/shared': '../../common', 'member/notes': 'index.js' };
      assert.deepEqual(paths(await npm(shared, links, { files: ['lib'] })), [
        'LICENSE',
        'lib/b.js',
        'lib/shared/a.js',
        'package.json',
      ]);
      assert.deepEqual(paths(await npm(shared, links)), [
        'LICENSE',
        'index.js',
        'lib/b.js',
        'lib/shared/a.js',
        'notes',
        'package.json',
      ]);
    });

    it('are content when the author lists them by name, also build outputs', async () => {
      const found = await npm(
        { ...shared, '.gitignore': 'out\n', 'out/deep/c.js': '' },
        {
          'member/src': '../common',
          'member/entry.js': 'lib/b.js',
          'member/dist': '../out',
          'member/x.js': 'lib/b.js',
        },
        { files: ['src', './entry.js', 'dist/', 'absent'] },
      );
      assert.deepEqual(paths(found), ['dist/deep/c.js', 'entry.js', 'package.json', 'src/a.js']);
    });

    it('lead in no circle and not out of the repository', async () => {
      const found = await npm(shared, {
        'member/lib/up': '..',
        'common/back': '../member',
        'member/lib/c': '../../common',
        'member/etc': '/etc',
      });
      assert.deepEqual(paths(found), ['index.js', 'lib/b.js', 'lib/c/a.js', 'package.json']);
      assert.deepEqual(skips(found), [
        'etc: symbolic link out of the repository',
        'lib/c/back: symbolic link to a folder that contains it',
        'lib/up: symbolic link to a folder that contains it',
      ]);
    });
  });
});
