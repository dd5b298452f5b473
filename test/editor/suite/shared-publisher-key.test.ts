import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { COMMANDS } from '../../../src/shared/contributions.ts';
import { eventually } from '../harness/eventually.ts';
import { command, hooks } from './extension-under-test.ts';
import { startOtherPeer } from './other-peer.ts';
import type { OtherPeer } from './other-peer.ts';
import { gpack, makeProject, remove } from './projects.ts';

describe('the same publisher key on another machine', () => {
  let laptop: OtherPeer;
  const projects: string[] = [];

  after(async () => {
    await command(COMMANDS.stopNode);
    await vscode.workspace.getConfiguration('ggen').update('node.bootstrap', undefined, true);
    await laptop.stop();
    await Promise.all(projects.map(remove));
  });

  async function project(version: string): Promise<string> {
    const root = await makeProject(gpack('suite-fork', version));
    projects.push(root);
    return root;
  }

  it('merges what both machines published independently, without asking the user', async () => {
    const { services } = await hooks();
    const key = await services.publisher.key();
    laptop = await startOtherPeer('Laptop', key);
    await laptop.publish(await project('1.1.0'));
    await command(COMMANDS.startNode);
    const engine = await services.client.engine();
    const draft = await engine.draftRelease({ root: await project('1.0.0'), publisher: key.id });
    const { id } = await engine.publish({ draft: draft.draft, signature: key.sign(draft.bytesToSign) });
    await command(COMMANDS.connectToPeer, laptop.address);
    const versions = await eventually('both versions', async () => {
      const all = (await engine.listVersions({ id })).map(({ version }) => version);
      return all.length > 1 && all;
    });
    assert.deepEqual(versions, ['1.0.0', '1.1.0']);
    const { seq } = await engine.getPackage({ id });
    assert.equal(seq, 2);
  });
});
