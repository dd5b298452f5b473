import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { releaseUri } from '../../../src/extension/filesystem/release-uri.ts';
import type { PackageNode, ReleaseNode } from '../../../src/extension/views/package-nodes.ts';
import { COMMANDS } from '../../../src/shared/contributions.ts';
import { eventually } from '../harness/eventually.ts';
import { command, hooks, workspaceFolder } from './extension-under-test.ts';
import { startOtherPeer } from './other-peer.ts';
import type { OtherPeer } from './other-peer.ts';
import { gpack, makeProject, remove, writeFiles } from './projects.ts';
import { answerQuickPick } from './quick-input.ts';

const NAME = 'suite-read';

describe('reading a release that is not installed', () => {
  let peer: OtherPeer;
  let project = '';
  const large = randomBytes(9_000_000);

  const release = (version: string): { id: string; version: string } => ({ id: `${peer.publisher}/${NAME}`, version });
  const file = (path: string, version = '1.0.0'): vscode.Uri => releaseUri(release(version), path);

  async function packageNode(): Promise<PackageNode> {
    const { views } = await hooks();
    return eventually('the package of the peer', async () => {
      const sections = await views.packages.getChildren();
      const network = sections.find((one) => one.kind === 'section' && one.section === 'network');
      const nodes = network === undefined ? [] : await views.packages.getChildren(network);
      return nodes.find((one) => one.kind === 'package' && one.summary.name === NAME) as PackageNode | undefined;
    });
  }

  const tabLabel = (): string | undefined => vscode.window.tabGroups.activeTabGroup.activeTab?.label;

  before(async () => {
    peer = await startOtherPeer('Library');
    project = await makeProject({ ...gpack(NAME, '1.0.0'), 'src/same.txt': 'same\n', 'src/gone.txt': 'gone\n' });
    await writeFile(join(project, 'large.bin'), large);
    await peer.publish(project);
    await remove(join(project, 'src/gone.txt'));
    await writeFiles(project, { ...gpack(NAME, '1.1.0'), 'README.md': '# Better\n', 'src/new.txt': 'new\n' });
    await peer.publish(project);
    await command(COMMANDS.connectToPeer, peer.address);
    await eventually('both versions', async () => (await packageNode()).summary.versions === 2);
  });

  after(async () => {
    await command('workbench.action.closeAllEditors');
    await command(COMMANDS.stopNode);
    await vscode.workspace.getConfiguration('ggen').update('node.bootstrap', undefined, true);
    await peer.stop();
    await remove(project);
    await remove(join(workspaceFolder(), 'packages'));
    await remove(join(workspaceFolder(), 'ggen.lock'));
  });

  it('lists folders and reads files byte for byte, including large ones', async () => {
    const { fs } = vscode.workspace;
    const root = await fs.readDirectory(file('', '1.1.0'));
    assert.deepEqual(root.map(([name, type]) => `${name} ${vscode.FileType[type]}`).toSorted(), [
      'README.md File',
      'gpack.toml File',
      'large.bin File',
      'src Directory',
      'templates Directory',
    ]);
    assert.ok(large.equals(await fs.readFile(file('large.bin', '1.1.0'))));
    const toml = await fs.readFile(file('gpack.toml', '1.1.0'));
    assert.deepEqual(Buffer.from(toml), await readFile(join(project, 'gpack.toml')));
    assert.equal(Buffer.from(await fs.readFile(file('README.md'))).toString(), `# ${NAME}\n`);
  });

  it('shows the publication time, and that it is read-only', async () => {
    const { services } = await hooks();
    const engine = await services.client.engine();
    const { published } = (await engine.getPackageVersion(release('1.0.0'))).release;
    const stat = await vscode.workspace.fs.stat(file('README.md'));
    assert.deepEqual(stat, {
      type: vscode.FileType.File,
      size: NAME.length + 3,
      ctime: published,
      mtime: published,
      permissions: vscode.FilePermission.Readonly,
    });
    for (const change of [
      vscode.workspace.fs.writeFile(file('README.md'), new Uint8Array(1)),
      vscode.workspace.fs.delete(file('README.md')),
      vscode.workspace.fs.createDirectory(file('new')),
      vscode.workspace.fs.rename(file('README.md'), file('other.md')),
    ]) {
      await assert.rejects(Promise.resolve(change), { code: 'NoPermissions' });
    }
    assert.equal(vscode.workspace.fs.isWritableFileSystem('ggen'), false);
  });

  it('reports missing files', async () => {
    const uris = [
      file('nothing.md'),
      file('readme.MD'),
      file('README.md/below'),
      file('.git/config'),
      vscode.Uri.parse('ggen:/nothing'),
      vscode.Uri.parse(`ggen://${peer.publisher}/${NAME}@1.0.0/README.md`),
      releaseUri({ id: release('1.0.0').id, version: '^1' }, 'README.md'),
    ];
    for (const uri of uris) {
      await assert.rejects(Promise.resolve(vscode.workspace.fs.stat(uri)), { code: 'FileNotFound' }, uri.toString());
    }
    const other = releaseUri({ ...release('1.0.0'), version: '7.0.0' }, 'README.md');
    await assert.rejects(Promise.resolve(vscode.workspace.fs.stat(other)), {
      code: 'Unavailable',
      message: /no version/,
    });
  });

  it('opens in an editor', async () => {
    const document = await vscode.workspace.openTextDocument(file('src/same.txt'));
    assert.equal(document.getText(), 'same\n');
    await vscode.window.showTextDocument(document);
    assert.equal(tabLabel(), 'same.txt');
  });

  it('shows the README of the latest version, or of the selected one', async () => {
    const node = await packageNode();
    await command(COMMANDS.readReadme, node);
    await eventually('the preview', () => tabLabel()?.includes('README.md'));
    await command('workbench.action.closeAllEditors');
    const { views } = await hooks();
    const releases = (await views.packages.getChildren(node)) as ReleaseNode[];
    await command(COMMANDS.readReadme, releases.at(-1));
    await eventually('the preview', () => tabLabel()?.includes('README.md'));
    await command('workbench.action.closeAllEditors');
  });

  it('opens a file that is selected in the list', async () => {
    await answerQuickPick(command(COMMANDS.browseFiles, await packageNode()), 'accept');
    await eventually('the first file in an editor', () => tabLabel() === 'README.md');
    await command('workbench.action.closeAllEditors');
  });

  it('shows what a version changed, all files in one editor', async () => {
    await answerQuickPick(command(COMMANDS.compareVersions, await packageNode()), 'accept');
    await eventually('the changes', () => tabLabel()?.startsWith(`${NAME}: 1.0.0 → 1.1.0`));
    await command('workbench.action.closeAllEditors');
  });

  it('is installed from the opened release, and then compared with the latest one', async () => {
    const { services } = await hooks();
    await vscode.window.showTextDocument(file('src/gone.txt'));
    await answerQuickPick(command(COMMANDS.installRelease), 'accept');
    const engine = await services.client.engine();
    const installed = (await engine.installed({})).find(({ name }) => name === NAME);
    assert.equal(installed?.version, '1.0.0');
    assert.equal(await readFile(join(installed.path, 'src/gone.txt'), 'utf8'), 'gone\n');
    await command('workbench.action.closeAllEditors');
    await answerQuickPick(command(COMMANDS.compareInstalled, await packageNode()), 'accept');
    await eventually('the changes', () => tabLabel()?.startsWith(`${NAME}: 1.0.0 → 1.1.0`));
    await command('workbench.action.closeAllEditors');
  });

  it('is read from local blocks without a node; a missing block reports that the node is stopped', async () => {
    await peer.publish(await makeNext(project));
    const node = await eventually('the third version', async () => {
      const found = await packageNode();
      return found.summary.latest === '1.2.0' && found;
    });
    await command(COMMANDS.stopNode);
    assert.equal(Buffer.from(await vscode.workspace.fs.readFile(file('README.md'))).toString(), `# ${NAME}\n`);
    const unread = Promise.resolve(vscode.workspace.fs.readFile(file('later.txt', node.summary.latest)));
    await assert.rejects(unread, { code: 'Unavailable', message: /The node is stopped/ });
    await command(COMMANDS.startNode);
    const later = await eventually('the file, once the node runs', () =>
      Promise.resolve(vscode.workspace.fs.readFile(file('later.txt', '1.2.0'))).catch(() => undefined),
    );
    assert.equal(Buffer.from(later).toString(), 'later\n');
  });
});

async function makeNext(project: string): Promise<string> {
  await writeFiles(project, { ...gpack(NAME, '1.2.0'), 'later.txt': 'later\n' });
  return project;
}
