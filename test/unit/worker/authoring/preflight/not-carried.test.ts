import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmod } from 'node:fs/promises';
import { ruleText } from '../../../../../src/shared/pack-rule.ts';
import { readManifest } from '../../../../../src/worker/authoring/manifest/read-manifest.ts';
import { longPathDiagnostics } from '../../../../../src/worker/authoring/preflight/not-carried.ts';
import { preflight } from '../../../../../src/worker/authoring/preflight/preflight.ts';
import type { ProjectScan } from '../../../../../src/worker/authoring/project/project.ts';
import { scanProject } from '../../../../../src/worker/authoring/project/scan-project.ts';
import { skipOnWindows } from '../../../../skip.ts';
import { ProjectFolder } from '../project-folder.ts';

const MANIFEST = '[package]\nname = "x"\nversion = "1.0.0"\ndescription = "x"\nlicense = "MIT"\n';

async function scan(root: string): Promise<ProjectScan & { readonly messages: (code: string) => string[] }> {
  const manifest = await readManifest(root, undefined);
  const found = await scanProject(root, { manifest });
  const all = [...found.diagnostics, ...preflight(manifest, found, undefined)];
  const messages = (code: string): string[] => all.filter((one) => one.code === code).map(({ message }) => message);
  return { ...found, messages };
}

describe('empty folders', () => {
  it('are listed, because a release cannot carry them', async () => {
    await using folder = await ProjectFolder.of({ 'gpack.toml': MANIFEST, 'empty/': '', 'a/deep/': '', 'a/b': '' });
    const { excluded } = await scan(folder.root);
    assert.deepEqual(
      excluded.map(({ path, rule, unsupported }) => [path, ruleText(rule), unsupported]),
      [
        ['a/deep/', 'empty folder', true],
        ['empty/', 'empty folder', true],
      ],
    );
  });

  it('cause a warning when the manifest names them, also when nothing in them is published', async () => {
    await using folder = await ProjectFolder.of({
      'gpack.toml': `${MANIFEST}include = [\n  "src",\n  "assets/",\n  "out",\n  "absent",\n]\n`,
      'src/a.js': '',
      'assets/': '',
      'out/a.log': '',
      '.ggenignore': '*.log\n',
    });
    const { diagnostics } = await scan(folder.root);
    const found = diagnostics.filter(({ code }) => code === 'folder-empty');
    assert.deepEqual(
      found.map(({ path, line, message }) => [path, line, /"([^"]+)"/.exec(message)?.[1]]),
      [
        ['gpack.toml', 8, 'assets/'],
        ['gpack.toml', 9, 'out'],
      ],
    );
    await using npm = await ProjectFolder.of({
      'package.json': '{"name":"x","version":"1.0.0","files":["dist"]}',
      'dist/': '',
    });
    const { messages, excluded } = await scan(npm.root);
    assert.equal(messages('folder-empty').length, 1);
    assert.deepEqual(
      excluded.map(({ path, rule }) => [path, rule.text]),
      [['dist/', 'npm packs nothing in it']],
    );
  });
});

describe('modes that a release cannot carry', () => {
  it('are named where they are not those of the other files', async function () {
    skipOnWindows(this, 'modes of files');
    await using folder = await ProjectFolder.of({
      'gpack.toml': MANIFEST,
      ...Object.fromEntries(Array.from({ length: 6 }, (_, index) => [`plain${index}`, ''])),
      run: '',
      setuid: '',
      secret: '',
      partly: '',
    });
    for (const name of ['gpack.toml', 'plain0', 'plain1', 'plain2', 'plain3', 'plain4', 'plain5'])
      await chmod(folder.path(name), 0o644);
    await chmod(folder.path('run'), 0o755);
    await chmod(folder.path('setuid'), 0o4755);
    await chmod(folder.path('secret'), 0o600);
    await chmod(folder.path('partly'), 0o744);
    const [message, ...more] = (await scan(folder.root)).messages('mode-not-carried');
    assert.deepEqual(more, []);
    assert.match(message ?? '', /^3 files have modes .*: partly \(0744\), secret \(0600\), setuid \(4755\)\.$/);
  });

  it('are not those that the umask of the author gives to all files', async function () {
    skipOnWindows(this, 'modes of files');
    await using folder = await ProjectFolder.of({ 'gpack.toml': MANIFEST, a: '', run: '' });
    for (const name of ['gpack.toml', 'a']) await chmod(folder.path(name), 0o600);
    await chmod(folder.path('run'), 0o700);
    assert.deepEqual((await scan(folder.root)).messages('mode-not-carried'), []);
  });
});

describe('long paths', () => {
  it('are remarked above 260 characters', () => {
    const file = (length: number): ProjectScan['files'][number] => ({
      path: 'a'.repeat(length),
      absolutePath: '',
      size: 0,
      mode: 0o644,
      mtimeMs: 0,
      executable: false,
      rule: { text: 'no rule excludes it' },
    });
    assert.deepEqual(longPathDiagnostics([file(260)]), []);
    const [found, ...more] = longPathDiagnostics([file(260), file(261), file(262)]);
    assert.deepEqual([found?.code, found?.severity, more], ['path-long', 'warning', []]);
    assert.match(found?.message ?? '', /^2 paths are longer than 260 characters/);
  });
});

describe('files that git tracks and an ignore file names', () => {
  it('are published, and their rule says so', async () => {
    await using folder = await ProjectFolder.of({ 'gpack.toml': MANIFEST, '.gitignore': '*.log\n', 'kept.log': '' });
    execFileSync('git', ['init', '-q'], { cwd: folder.root });
    execFileSync('git', ['add', '-f', '.'], { cwd: folder.root });
    const { files, messages } = await scan(folder.root);
    const kept = files.find(({ path }) => path === 'kept.log');
    assert.equal(kept && ruleText(kept.rule), 'tracked by git, although ignored by the pattern "*.log" (.gitignore:1)');
    assert.deepEqual(messages('git-tracked-excluded'), []);
  });

  it('cause a warning where the package manager leaves them out', async () => {
    await using folder = await ProjectFolder.of({
      'package.json': '{"name":"x","version":"1.0.0"}',
      '.gitignore': '*.log\n/out\n',
      'lost.log': '',
      'untracked.log': '',
      'out/a': '',
    });
    execFileSync('git', ['init', '-q'], { cwd: folder.root });
    execFileSync('git', ['add', '-f', 'lost.log', 'out/a', 'package.json'], { cwd: folder.root });
    const [message, ...more] = (await scan(folder.root)).messages('git-tracked-excluded');
    assert.deepEqual(more, []);
    assert.match(message ?? '', /^Git tracks these 2, .*: lost\.log \(\.gitignore:1\), out\/ \(\.gitignore:2\)\.$/);
  });
});
