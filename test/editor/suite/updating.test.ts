import assert from 'node:assert/strict';
import { readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { PackageNode } from '../../../src/extension/views/package-nodes.ts';
import { COMMANDS } from '../../../src/shared/contributions.ts';
import { eventually } from '../harness/eventually.ts';
import { command, hooks, workspaceFolder } from './extension-under-test.ts';
import { startOtherPeer } from './other-peer.ts';
import type { OtherPeer } from './other-peer.ts';
import { gpack, makeProject, remove, writeFiles } from './projects.ts';
import { answerQuickPick } from './quick-input.ts';

const NAME = 'suite-app';
const BASE = 'suite-base';

describe('installing, updating and removing', () => {
  let peer: OtherPeer;
  let project = '';
  const packages = join(workspaceFolder(), 'packages');
  const lock = join(workspaceFolder(), 'ggen.lock');

  async function publish(name: string, version: string, needs = ''): Promise<void> {
    const files = gpack(name, version);
    await writeFiles(project, {
      ...files,
      'gpack.toml': `${files['gpack.toml'] ?? ''}\n[dependencies]\n${needs}\n`,
      'version.txt': `${version}\n`,
    });
    await peer.publish(project);
  }

  async function nodeOf(name: string, where: 'installed' | 'network', version: string): Promise<PackageNode> {
    const { views } = await hooks();
    return eventually(`${name} ${version} in ${where}`, async () => {
      const sections = await views.packages.getChildren();
      const section = sections.find((one) => one.kind === 'section' && one.section === where);
      const nodes = section === undefined ? [] : await views.packages.getChildren(section);
      return nodes.find(
        (one): one is PackageNode =>
          one.kind === 'package' && one.summary.name === name && one.summary.latest === version,
      );
    });
  }

  const versionIn = async (name: string): Promise<string> =>
    (await readFile(join(packages, name, 'version.txt'), 'utf8')).trim();

  before(async () => {
    peer = await startOtherPeer('Workshop');
    project = await makeProject({});
    await publish(BASE, '1.0.0');
    await publish(NAME, '1.0.0', `${BASE} = "^1"`);
    await command(COMMANDS.connectToPeer, peer.address);
    await nodeOf(BASE, 'network', '1.0.0');
  });

  after(async () => {
    const { services } = await hooks();
    const engine = await services.client.engine();
    const installed = await engine.installed({});
    const ids = installed.filter(({ name }) => name === NAME).map(({ id }) => id);
    const { plan } = await engine.planInstall({ project: workspaceFolder(), mode: 'remove', packages: ids });
    await engine.applyPlan({ plan, overwrite: ['*'] });
    await command('workbench.action.closeAllEditors');
    await command(COMMANDS.stopNode);
    await vscode.workspace.getConfiguration('ggen').update('node.bootstrap', undefined, true);
    await peer.stop();
    await Promise.all([project, packages, lock].map(remove));
  });

  it('changes nothing when the plan is not confirmed', async () => {
    await answerQuickPick(command(COMMANDS.install, await nodeOf(NAME, 'network', '1.0.0')), 'cancel');
    await assert.rejects(stat(packages), { code: 'ENOENT' });
    await assert.rejects(stat(lock), { code: 'ENOENT' });
  });

  it('installs a package with its dependencies, and writes the lock file', async () => {
    await answerQuickPick(command(COMMANDS.install, await nodeOf(NAME, 'network', '1.0.0')), 'accept');
    assert.deepEqual(await readdir(packages), [NAME, BASE]);
    const text = await readFile(lock, 'utf8');
    assert.match(text, /name = "suite-app"/);
    assert.match(text, /requirement = "\^1\.0\.0"/);
  });

  it('installs missing packages from the lock file', async () => {
    await rm(packages, { recursive: true });
    await answerQuickPick(command(COMMANDS.installFromLock, vscode.Uri.file(lock)), 'accept');
    assert.deepEqual([await versionIn(NAME), await versionIn(BASE)], ['1.0.0', '1.0.0']);
    await answerQuickPick(command(COMMANDS.installFromLock), 'accept');
  });

  it('verifies: the view shows changed files, and opens the released file next to the local one', async () => {
    const { views } = await hooks();
    await writeFile(join(packages, NAME, 'version.txt'), 'changed by hand\n');
    await answerQuickPick(command(COMMANDS.verifyInstallation, await nodeOf(NAME, 'installed', '1.0.0')), 'accept');
    await eventually('the difference', () => {
      const input: unknown = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
      return input instanceof vscode.TabInputTextDiff && input.modified.fsPath === join(packages, NAME, 'version.txt');
    });
    const item = await eventually('the mark', async () => {
      const found = views.packages.getTreeItem(await nodeOf(NAME, 'installed', '1.0.0'));
      return String(found.description).includes('1 file changed') && found;
    });
    assert.match(item.contextValue ?? '', /\bchanged\b/);
  });

  it('shows an available update, and keeps manual changes unless the user discards them', async () => {
    const { views, services } = await hooks();
    await publish(NAME, '1.1.0', `${BASE} = "^1"`);
    const item = views.packages.getTreeItem(await nodeOf(NAME, 'installed', '1.1.0'));
    assert.match(String(item.description), /update available: 1\.1\.0/);
    assert.match(item.contextValue ?? '', /\bupdatable\b/);
    // The first item of the second quick pick keeps the changes.
    await answerQuickPick(command(COMMANDS.updatePackage, await nodeOf(NAME, 'installed', '1.1.0')), 'accept');
    assert.equal(await versionIn(NAME), 'changed by hand');
    const engine = await services.client.engine();
    assert.equal((await engine.installed({})).find(({ name }) => name === NAME)?.version, '1.0.0');
    await writeFile(join(packages, NAME, 'version.txt'), '1.0.0\n');
    await answerQuickPick(command(COMMANDS.updatePackage, await nodeOf(NAME, 'installed', '1.1.0')), 'accept');
    assert.equal(await versionIn(NAME), '1.1.0');
  });

  it('updates all packages, including transitive dependencies', async () => {
    await publish(BASE, '1.2.0');
    await nodeOf(BASE, 'installed', '1.2.0');
    await answerQuickPick(command(COMMANDS.updateAll), 'accept');
    assert.equal(await versionIn(BASE), '1.2.0');
    assert.match(await readFile(lock, 'utf8'), /version = "1\.2\.0"/);
  });

  it('imports a file that another machine exported', async () => {
    const { services } = await hooks();
    const engine = await services.client.engine();
    const to = join(project, 'app.car');
    const { id } = (await nodeOf(NAME, 'network', '1.1.0')).summary;
    await engine.exportPackage({ id, version: '1.1.0', to });
    await command(COMMANDS.importPackage, vscode.Uri.file(to));
    await command('notifications.clearAll');
  });

  it('uninstalls a package with its orphaned dependencies, but keeps files of the user', async () => {
    await writeFile(join(packages, NAME, 'mine.txt'), 'mine\n');
    await answerQuickPick(command(COMMANDS.uninstall, await nodeOf(NAME, 'installed', '1.1.0')), 'accept');
    assert.deepEqual(await readdir(packages, { recursive: true }), [NAME, join(NAME, 'mine.txt')]);
    const { services } = await hooks();
    const engine = await services.client.engine();
    assert.deepEqual(
      (await engine.installed({})).filter(({ name }) => name.startsWith('suite-app')),
      [],
    );
  });
});
