import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { COMMANDS } from '../../../src/shared/contributions.ts';
import { eventually } from '../harness/eventually.ts';
import { encodeHostEvent } from '../harness/host-events.ts';
import { extension, hooks } from './extension-under-test.ts';

describe('activation', () => {
  it('does little work in the extension host', async () => {
    const { activationMs } = await hooks();
    // Reported but not asserted, because it depends on the load of the machine.
    const title = `(activate took ${activationMs.toFixed(1)} ms of the host's thread)`;
    console.log(encodeHostEvent({ kind: 'suite', title, depth: 2 }));
    assert.equal(extension().isActive, true);
  });

  it('starts the node automatically when the setting says so', async () => {
    const { services } = await hooks();
    const { model } = services;
    assert.equal(vscode.workspace.getConfiguration('ggen').get('node.autoStart'), true, 'as the suite is started');
    await eventually('a running node', () => model.state === 'running', {
      seen: () => model.failure?.text ?? model.state,
    });
  });

  it('registers every command', async () => {
    await hooks();
    const known = await vscode.commands.getCommands(true);
    for (const id of Object.values(COMMANDS)) assert.ok(known.includes(id), id);
  });
});
