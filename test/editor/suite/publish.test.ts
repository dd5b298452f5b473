import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { COMMANDS } from '../../../src/shared/contributions.ts';
import type { PackagesNode } from '../../../src/extension/views/package-nodes.ts';
import { eventually } from '../harness/eventually.ts';
import { command, hooks } from './extension-under-test.ts';
import { gpack, makeProject, remove, writeFiles } from './projects.ts';
import { answerQuickPick } from './quick-input.ts';

describe('publishing', () => {
  let root = '';
  const publish = (answer: 'accept' | 'cancel'): Promise<void> =>
    answerQuickPick(command(COMMANDS.publish, vscode.Uri.file(join(root, 'gpack.toml'))), answer);

  before(async () => {
    root = await makeProject(gpack('suite-greeting', '1.0.0'));
  });

  after(() => remove(root));

  it('announces nothing when the preview is dismissed', async () => {
    const { services } = await hooks();
    await publish('cancel');
    assert.equal(services.model.counts.published, 0);
    const engine = await services.client.engine();
    const { dataDir } = await engine.status({});
    const drafts = (await readdir(dataDir, { recursive: true })).filter((path) => /drafts[\\/]./.test(path));
    assert.deepEqual(drafts, []);
  });

  it('signs with a key that stays in the secret storage', async () => {
    const { services } = await hooks();
    await publish('accept');
    await eventually('a published package', () => services.model.counts.published === 1);
    const engine = await services.client.engine();
    const { packages } = await engine.listPackages({ section: 'published' });
    assert.deepEqual(
      packages.map(({ name, latest }) => [name, latest]),
      [['suite-greeting', '1.0.0']],
    );
    const key = await services.publisher.existing();
    assert.equal(key?.id, packages[0]?.publisher);
    assert.equal((await services.publisher.key()).id, key?.id);
  });

  it('rejects a version that was published before, and accepts another one', async () => {
    const { services } = await hooks();
    await publish('accept');
    const engine = await services.client.engine();
    const id = (await engine.listPackages({ section: 'published' })).packages[0]?.id ?? '';
    assert.equal((await engine.listVersions({ id })).length, 1);
    const problems = vscode.languages.getDiagnostics(vscode.Uri.file(join(root, 'gpack.toml')));
    const place = problems.find(({ code }) => code === 'version-exists')?.range.start.line;
    assert.equal(place, 2);

    await writeFiles(root, gpack('suite-greeting', '1.1.0'));
    await publish('accept');
    assert.deepEqual(
      (await engine.listVersions({ id })).map(({ version }) => version),
      ['1.0.0', '1.1.0'],
    );
  });

  it('saves edited files first', async () => {
    const { services } = await hooks();
    const document = await vscode.workspace.openTextDocument(join(root, 'gpack.toml'));
    const edit = new vscode.WorkspaceEdit();
    const version = document.positionAt(document.getText().indexOf('1.1.0'));
    edit.replace(document.uri, new vscode.Range(version, version.translate(0, 5)), '1.2.0');
    await vscode.workspace.applyEdit(edit);
    assert.equal(document.isDirty, true);
    await publish('accept');
    assert.equal(document.isDirty, false);
    const engine = await services.client.engine();
    assert.equal((await engine.listPackages({ section: 'published' })).packages[0]?.latest, '1.2.0');
  });

  it('fills the Packages view: sections, packages, releases', async () => {
    const { views, services } = await hooks();
    await eventually('a count of published packages', () => services.model.counts.published === 1);
    const sections = await views.packages.getChildren();
    assert.deepEqual(
      sections.map((node) => views.packages.getTreeItem(node).label),
      ['Published', 'Installed', 'On the network'],
    );
    const [node] = await children(sections[0]);
    assert.equal(node?.kind, 'package');
    const item = views.packages.getTreeItem(node);
    assert.equal(item.label, 'suite-greeting');
    assert.match(String(item.description), /^1\.2\.0 · by you · .*Greets in the tests$/);
    assert.match(item.accessibilityInformation?.label ?? '', /suite-greeting, 1\.2\.0/);
    assert.deepEqual((await children(node)).map(itemLabel), ['1.2.0', '1.1.0', '1.0.0']);

    async function children(parent: PackagesNode | undefined): Promise<PackagesNode[]> {
      return await views.packages.getChildren(parent);
    }
    function itemLabel(one: PackagesNode): unknown {
      return views.packages.getTreeItem(one).label;
    }
  });

  it('yanks and unyanks a release', async () => {
    const { views } = await hooks();
    const node = async (): Promise<PackagesNode | undefined> => {
      const [section] = await views.packages.getChildren();
      const [pack] = await views.packages.getChildren(section);
      return (await views.packages.getChildren(pack))[0];
    };
    await answerQuickPick(command(COMMANDS.yankRelease, await node()), 'accept');
    const yanked = await node();
    assert.ok(yanked?.kind === 'release' && yanked.release.yanked);
    assert.match(String(views.packages.getTreeItem(yanked).description), /^yanked/);
    assert.match(views.packages.getTreeItem(yanked).contextValue ?? '', /^release yanked/);

    await command(COMMANDS.unyankRelease, yanked);
    const repeated = await node();
    assert.ok(repeated?.kind === 'release' && !repeated.release.yanked);
  });

  it('stops seeding a package on confirmation, and the package stays listed', async () => {
    const { views, services } = await hooks();
    const engine = await services.client.engine();
    const [section] = await views.packages.getChildren();
    const [node] = await views.packages.getChildren(section);
    assert.ok(node?.kind === 'package');
    await answerQuickPick(command(COMMANDS.stopSeeding, node), 'accept');
    await assert.rejects(engine.stopSeeding({ id: node.summary.id }), { name: 'PackageNotFound' });
    assert.equal((await engine.listPackages({ section: 'published' })).total, 1);
    await services.node.stop();
  });
});
