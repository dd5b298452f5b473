import assert from 'node:assert/strict';
import { join } from 'node:path';
import { EngineClient } from '../../../src/extension/engine/engine-client.ts';
import { startEngineProcess } from '../../../src/extension/engine/engine-process.ts';
import { COMMANDS } from '../../../src/shared/contributions.ts';
import { eventually } from '../harness/eventually.ts';
import { command, hooks, workspaceFolder } from './extension-under-test.ts';

describe('a worker that crashes', () => {
  after(() => command(COMMANDS.stopNode));

  it('fails pending calls with a clear error, and restarts with its node', async () => {
    const { services } = await hooks();
    const { model, client } = services;
    await command(COMMANDS.startNode);
    await eventually('a running node', () => model.state === 'running');
    const { peerId } = model.node;
    const engine = await client.engine();
    // A network query, so that it is still pending when the worker crashes.
    const pending = engine.search({ text: 'nothing has this name', scope: 'network' }).catch((error: unknown) => error);
    const calls = [pending, engine.status({}).catch((error: unknown) => error)];
    await client.crash();
    for (const error of await Promise.all(calls)) {
      if (error instanceof Error) assert.equal(error.name, 'EngineStopped');
    }
    await assert.rejects(engine.status({}), { name: 'EngineStopped' });
    await eventually('the state that says so', () => model.state === 'restarting');
    assert.match(model.failure?.text ?? '', /./);
    assert.deepEqual(model.connectedPeers, []);

    await eventually('a node that runs again', () => model.state === 'running');
    assert.equal(model.node.peerId, peerId, 'it has the same peer id as before');
    assert.equal((await (await client.engine()).status({})).node.state, 'running');
  });

  it('is not restarted when it cannot be started at all, and shows the reason', async () => {
    const { services } = await hooks();
    const script = join(workspaceFolder(), 'no-such-worker.mjs');
    const options = { script, dataDir: workspaceFolder(), version: '0', onOutput: () => undefined };
    const client = new EngineClient(() => startEngineProcess(options), services.log);
    await assert.rejects(client.engine(), { name: 'EngineUnavailable' });
    assert.equal(client.state, 'failed');
    assert.match(client.failure?.message ?? '', /no-such-worker/);
    await client.stop();
    client.dispose();
  });
});
