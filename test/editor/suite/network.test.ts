import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { COMMANDS } from '../../../src/shared/contributions.ts';
import { eventually } from '../harness/eventually.ts';
import { command, hooks, workspaceFolder } from './extension-under-test.ts';
import { startOtherPeer } from './other-peer.ts';
import type { OtherPeer } from './other-peer.ts';
import { gpack, makeProject, remove } from './projects.ts';
import { answerQuickPick } from './quick-input.ts';

describe('with another peer', () => {
  let peer: OtherPeer;
  let project = '';

  before(async () => {
    peer = await startOtherPeer('Ada');
    project = await makeProject(gpack('suite-remote', '2.0.0'));
  });

  after(async () => {
    await command(COMMANDS.stopNode);
    await vscode.workspace.getConfiguration('ggen').update('node.bootstrap', undefined, true);
    await peer.stop();
    await remove(project);
    await remove(join(workspaceFolder(), 'packages'));
    await remove(join(workspaceFolder(), 'ggen.lock'));
  });

  it('Connect to Peer keeps the address in the user settings and connects', async () => {
    const { services, views } = await hooks();
    await command(COMMANDS.connectToPeer, peer.address);
    const inspected = vscode.workspace.getConfiguration('ggen').inspect<string[]>('node.bootstrap');
    assert.deepEqual(inspected?.globalValue, [peer.address]);
    await eventually('a connected peer', () => services.model.connectedPeers.length === 1);
    const node = await eventually('its claimed name', () =>
      views.peers.getChildren().find((one) => one.kind === 'peer' && one.peer.name === 'Ada'),
    );
    const item = views.peers.getTreeItem(node);
    assert.equal(item.label, 'Ada');
    assert.match(String(item.description), /127\.0\.0\.1:\d+ · .*since /);
    assert.equal(item.id, peer.peerId);
  });

  it('rejects an invalid address, and does not change the settings', async () => {
    await command(COMMANDS.connectToPeer, '/ip4/127.0.0.1/tcp/4001');
    assert.deepEqual(vscode.workspace.getConfiguration('ggen').get('node.bootstrap'), [peer.address]);
  });

  it('copies the address of a peer and that of the node', async () => {
    const { services, views } = await hooks();
    await command(COMMANDS.copyPeerAddress, views.peers.getChildren()[0]);
    assert.ok((await vscode.env.clipboard.readText()).endsWith(`/p2p/${peer.peerId}`));
    await answerQuickPick(command(COMMANDS.copyPeerAddress), 'accept');
    assert.ok((await vscode.env.clipboard.readText()).endsWith(`/p2p/${services.model.node.peerId ?? '?'}`));
  });

  it('lists what the peer publishes within a second', async () => {
    const { services, views } = await hooks();
    await peer.publish(project);
    const packages = await eventually(
      'the package of the peer',
      async () => {
        const section = (await views.packages.getChildren()).find(
          (one) => one.kind === 'section' && one.section === 'network',
        );
        const nodes = section === undefined ? [] : await views.packages.getChildren(section);
        const [newest] = nodes;
        return newest?.kind === 'package' && newest.summary.name === 'suite-remote' && nodes;
      },
      { seen: () => JSON.stringify(services.model.counts) },
    );
    const item = views.packages.getTreeItem(packages[0]!);
    assert.equal(item.label, 'suite-remote');
    assert.match(item.contextValue ?? '', /^package installable/);
  });

  it('installs it byte for byte into the suggested folder', async () => {
    const { services, views } = await hooks();
    const section = (await views.packages.getChildren()).find(
      (one) => one.kind === 'section' && one.section === 'network',
    );
    const [node] = await views.packages.getChildren(section);
    await answerQuickPick(command(COMMANDS.install, node), 'accept');
    const engine = await services.client.engine();
    const [installed] = await engine.installed({});
    assert.equal(installed?.path, join(workspaceFolder(), 'packages', 'suite-remote'));
    for (const file of ['gpack.toml', 'README.md', 'templates/hello.tmpl']) {
      assert.deepEqual(await readFile(join(installed.path, file)), await readFile(join(project, file)), file);
    }
    await command(COMMANDS.revealInstalled, node);
  });

  it('copies the ID of a package, with the version of a release', async () => {
    const { views } = await hooks();
    const section = (await views.packages.getChildren()).find(
      (one) => one.kind === 'section' && one.section === 'network',
    );
    const [node] = await views.packages.getChildren(section);
    const [release] = await views.packages.getChildren(node);
    await command(COMMANDS.copyPackageId, node);
    assert.equal(await vscode.env.clipboard.readText(), `${peer.publisher}/suite-remote`);
    await command(COMMANDS.copyPackageId, release);
    assert.equal(await vscode.env.clipboard.readText(), `${peer.publisher}/suite-remote@2.0.0`);
  });
});
