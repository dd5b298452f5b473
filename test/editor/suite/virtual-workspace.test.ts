import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { COMMANDS, SETTINGS, SETTINGS_SECTION } from '../../../src/shared/contributions.ts';
import { command, hooks } from './extension-under-test.ts';
import { LINK, MemoryFiles } from './memory-files.ts';
import type { MemoryFolder } from './memory-files.ts';
import { makeProject, remove } from './projects.ts';
import { answerQuickPick } from './quick-input.ts';

const SCHEME = 'ggen-memory';
const MANIFEST = '[package]\nname = "from-nowhere"\nversion = "1.0.0"\ndescription = "On no disk"\nlicense = "MIT"\n';

const PROJECT: MemoryFolder = new Map<string, MemoryFolder | string | typeof LINK>([
  ['gpack.toml', MANIFEST],
  ['README.md', '# From nowhere\n'],
  ['.gitignore', 'target/\n*.log\n'],
  [
    'src',
    new Map([
      ['a.txt', 'a'],
      ['b.log', 'b'],
      ['.ggenignore', '!b.log\n'],
    ]),
  ],
  ['target', new Map([['large.bin', 'x'.repeat(1_000)]])],
  ['node_modules', new Map([['dependency', new Map([['index.js', '']])]])],
  ['.git', new Map([['config', '']])],
  ['link', LINK],
  ['..', 'a name that no file can have'],
  ['noise.log', 'noise'],
]);

describe('a project in a virtual workspace', () => {
  const files = new MemoryFiles(new Map([['project', PROJECT]]));
  const manifest = vscode.Uri.parse(`${SCHEME}:/project/gpack.toml`);
  const cleanup: vscode.Disposable[] = [];
  let target = '';

  before(async () => {
    cleanup.push(vscode.workspace.registerFileSystemProvider(SCHEME, files, { isReadonly: true }));
    target = await makeProject({});
  });

  after(async () => {
    vscode.Disposable.from(...cleanup).dispose();
    await configure(undefined);
    await remove(target);
  });

  it('is previewed by a dry run, which publishes nothing and leaves nothing behind', async () => {
    const { services } = await hooks();
    const published = services.model.counts.published;
    await answerQuickPick(command(COMMANDS.publishDryRun, manifest), 'accept');
    const engine = await services.client.engine();
    assert.equal((await engine.status({})).counts.published, published);
    assert.deepEqual(await remainingFolders(), []);
    const problems = vscode.languages.getDiagnostics(manifest).map(({ code }) => code);
    assert.ok(problems.includes('license-file-missing'), JSON.stringify(problems));
  });

  it('is published as VS Code reads it, without ignored files', async () => {
    files.listed.length = 0;
    await answerQuickPick(command(COMMANDS.publish, manifest), 'accept');
    const { services } = await hooks();
    const engine = await services.client.engine();
    const { packages } = await engine.listPackages({ section: 'published' });
    const id = packages.find(({ name }) => name === 'from-nowhere')?.id;
    assert.ok(id !== undefined);
    assert.deepEqual(files.listed.toSorted(), ['/project', '/project/src']);
    const to = join(target, 'installed');
    await engine.install({ id, to });
    assert.deepEqual((await readdir(to, { recursive: true })).toSorted(), [
      '.gitignore',
      'README.md',
      'gpack.toml',
      'src',
      join('src', '.ggenignore'),
      join('src', 'a.txt'),
      join('src', 'b.log'),
    ]);
    assert.deepEqual(await remainingFolders(), []);
  });

  it('is rejected when it is larger than the settings allow', async () => {
    await configure(2);
    await answerQuickPick(command(COMMANDS.publish, manifest), 'accept');
    const { services } = await hooks();
    const engine = await services.client.engine();
    const { packages } = await engine.listPackages({ section: 'published' });
    assert.equal(packages.find(({ name }) => name === 'from-nowhere')?.versions, 1);
    assert.deepEqual(await remainingFolders(), []);
    await services.node.stop();
  });
});

async function remainingFolders(): Promise<string[]> {
  return (await readdir(tmpdir())).filter((name) => name.startsWith('ggen-remote-'));
}

async function configure(maxFiles: number | undefined): Promise<void> {
  await vscode.workspace.getConfiguration(SETTINGS_SECTION).update(SETTINGS.maxFiles, maxFiles, true);
}
