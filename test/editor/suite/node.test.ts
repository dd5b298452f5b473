import assert from 'node:assert/strict';
import { env } from 'vscode';
import { COMMANDS } from '../../../src/shared/contributions.ts';
import type { ViewState } from '../../../src/shared/contributions.ts';
import { eventually } from '../harness/eventually.ts';
import { command, hooks } from './extension-under-test.ts';

async function waitForState(state: ViewState): Promise<void> {
  const { model } = (await hooks()).services;
  await eventually(`the state '${state}'`, () => model.state === state, { seen: () => model.state });
}

describe('node', () => {
  it('stops, starts and restarts on command, as the same peer', async () => {
    const { model } = (await hooks()).services;
    await command(COMMANDS.stopNode);
    await waitForState('stopped');
    assert.equal(model.node.addresses.length, 0);

    await command(COMMANDS.startNode);
    await waitForState('running');
    const { peerId, startedAt } = model.node;
    assert.ok(model.node.addresses.some((address) => address.endsWith(`/p2p/${peerId ?? '?'}`)));

    await command(COMMANDS.restartNode);
    await eventually('another start', () => model.state === 'running' && model.node.startedAt !== startedAt);
    assert.equal(model.node.peerId, peerId);
  });

  it('has no address to copy while it is stopped', async () => {
    await command(COMMANDS.stopNode);
    await waitForState('stopped');
    await env.clipboard.writeText('before');
    await command(COMMANDS.copyPeerAddress);
    assert.equal(await env.clipboard.readText(), 'before');
  });
});
