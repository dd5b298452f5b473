import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { parseQueryText } from '../../../src/shared/query-text.ts';
import { refinements } from '../../../src/extension/commands/search/refine-items.ts';
import type { PackagesNode } from '../../../src/extension/views/package-nodes.ts';
import type { PeerNode } from '../../../src/extension/views/peer-nodes.ts';
import { createPublisherKey } from '../../../src/identity/publisher-key.ts';
import { COMMANDS } from '../../../src/shared/contributions.ts';
import { eventually } from '../harness/eventually.ts';
import { command, hooks } from './extension-under-test.ts';
import { startOtherPeer } from './other-peer.ts';
import type { OtherPeer } from './other-peer.ts';
import { gpack, makeProject, remove } from './projects.ts';
import { answerQuickPick } from './quick-input.ts';

const key = createPublisherKey();

describe('banning, trusting and filtering peers', () => {
  let peer: OtherPeer;
  const projects: string[] = [];
  const project = async (files: Parameters<typeof makeProject>[0]): Promise<string> => {
    const root = await makeProject(files);
    projects.push(root);
    return root;
  };

  before(async () => {
    peer = await startOtherPeer('Eve', key);
    await command(COMMANDS.connectToPeer, peer.address);
    await row(({ connected, name }) => connected && name === 'Eve');
  });

  after(async () => {
    await command(COMMANDS.stopNode);
    await vscode.workspace.getConfiguration('ggen').update('node.bootstrap', undefined, true);
    await peer.stop();
    await Promise.all(projects.map(remove));
  });

  it('Ban Peer disconnects the peer, and keeps it listed with the reason', async () => {
    const { services, views } = await hooks();
    await answerQuickPick(command(COMMANDS.banPeer, await row()), 'accept');
    const banned = await row(({ standing, connected }) => standing === 'banned' && !connected);
    const item = views.peers.getTreeItem(banned);
    assert.match(String(item.description), /^banned · You banned it\. · /);
    assert.match(item.accessibilityInformation?.label ?? '', /^Peer Eve, disconnected, banned/);
    assert.equal((item.iconPath as vscode.ThemeIcon).id, 'circle-slash');
    assert.equal(item.contextValue, 'peer banned addressed');
    assert.deepEqual(
      views.peers.getChildren().map((node) => node.kind === 'group' && node.group),
      ['banned'],
    );
    assert.equal(services.model.connectedPeers.length, 0);
  });

  it('Unban Peer lets the peer connect again', async () => {
    await command(COMMANDS.unbanPeer, await row());
    await row(({ standing }) => standing === 'normal');
    await command(COMMANDS.connectToPeer, peer.address);
    await row(({ connected }) => connected);
  });

  it('dismissing the quick pick bans no peer', async () => {
    await answerQuickPick(command(COMMANDS.banPeer, await row()), 'cancel');
    assert.equal((await row()).peer.standing, 'normal');
  });

  it('Trust Peer marks it, and Stop Trusting Peer removes the mark', async () => {
    const { views } = await hooks();
    await command(COMMANDS.trustPeer, await row());
    const trusted = await row(({ standing }) => standing === 'trusted');
    assert.match(String(views.peers.getTreeItem(trusted).description), /^trusted · /);
    await answerQuickPick(command(COMMANDS.untrustPeer), 'accept');
    await row(({ standing }) => standing === 'normal');
  });

  it('sends typed filters to the peer, and offers its facets', async () => {
    const { services } = await hooks();
    const tagged = await project({
      'gpack.toml':
        '[package]\nname = "suite-tagged"\nversion = "1.0.0"\ndescription = "x"\nlicense = "MIT"\nkeywords = ["moss"]\n',
    });
    await peer.publish(tagged);
    await peer.publish(await project(gpack('suite-untagged', '1.0.0')));
    const engine = await services.client.engine();
    const search = (text: string) => engine.search({ ...parseQueryText(text).query, scope: 'network' });
    const found = await eventually('both packages', async () => {
      const results = await search('license:mit version:^1 suite');
      return results.packages.length >= 2 && results;
    });
    assert.ok(found.peers?.some(({ id }) => id === peer.peerId));
    const moss = refinements('suite', found.facets, vscode.l10n.t)
      .flatMap(({ items }) => items)
      .find(({ label }) => label === 'moss');
    assert.equal(moss?.description, '1 package');
    assert.deepEqual(
      (await search(moss.text)).packages.map(({ name }) => name),
      ['suite-tagged'],
    );
    assert.deepEqual((await search('suite license:GPL-3.0-only')).packages, []);
    await assert.rejects(search('version:nonsense!'), { name: 'InvalidRequest' });
  });

  it('marks a package with conflicting content for one version once it is looked up', async () => {
    const { views } = await hooks();
    await peer.publish(await project(gpack('suite-clash', '1.0.0')));
    await networkPackage('suite-clash');
    // Another machine with the same key signs different content for the same version.
    const maliciousPeer = await startOtherPeer('Mallory', key);
    try {
      const files = { ...gpack('suite-clash', '1.0.0'), 'README.md': '# Another content\n' };
      await maliciousPeer.publish(await project(files));
      await command(COMMANDS.connectToPeer, maliciousPeer.address);
      const item = await eventually('the mark', async () => {
        const shown = views.packages.getTreeItem(await networkPackage('suite-clash'));
        return String(shown.description).startsWith('conflicting content for 1.0.0') && shown;
      });
      assert.equal((item.iconPath as vscode.ThemeIcon).id, 'warning');
      const { tooltip } = views.packages.resolveTreeItem(
        new vscode.TreeItem('suite-clash'),
        await networkPackage('suite-clash'),
      );
      assert.match((tooltip as vscode.MarkdownString).value, /content&nbsp;for&nbsp;version&nbsp;1\\?\.0/);
      const [release] = await views.packages.getChildren(await networkPackage('suite-clash'));
      assert.ok(release !== undefined);
      const marked = views.packages.getTreeItem(release);
      assert.match(String(marked.description), /^conflicting content · /);
      assert.equal((marked.iconPath as vscode.ThemeIcon).id, 'warning');
    } finally {
      await maliciousPeer.stop();
    }
  });

  it('lists a peer that disconnected', async () => {
    const { views } = await hooks();
    const item = await eventually('the peer that left', () => {
      const group = views.peers.getChildren().find((node) => node.kind === 'group' && node.group === 'disconnected');
      const left = views.peers.getChildren(group).find((node) => node.kind === 'peer' && node.peer.name === 'Mallory');
      return group !== undefined && left !== undefined && views.peers.getTreeItem(left);
    });
    assert.match(item.accessibilityInformation?.label ?? '', /^Peer Mallory, disconnected, /);
    assert.equal((item.iconPath as vscode.ThemeIcon).id, 'vm-outline');
  });

  /** Wait for the node of Eve's peer in any group, once it matches. */
  async function row(matches: (one: PeerNode['peer']) => boolean = () => true): Promise<PeerNode> {
    const { views, services } = await hooks();
    return await eventually(
      'the item of the peer',
      () => {
        const top = views.peers.getChildren();
        const all = top.flatMap((node) => (node.kind === 'group' ? views.peers.getChildren(node) : [node]));
        return all.find(
          (one): one is PeerNode => one.kind === 'peer' && one.peer.id === peer.peerId && matches(one.peer),
        );
      },
      { seen: () => JSON.stringify([services.model.connectedPeers, services.model.disconnectedPeers]) },
    );
  }

  async function networkPackage(name: string): Promise<PackagesNode> {
    const { views } = await hooks();
    return await eventually(`the package ${name}`, async () => {
      const top = (await views.packages.getChildren()).find(
        (one) => one.kind === 'section' && one.section === 'network',
      );
      const all = top === undefined ? [] : await views.packages.getChildren(top);
      return all.find((one) => one.kind === 'package' && one.summary.name === name);
    });
  }
});
