import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { RemoteEngine } from '../../src/rpc/client.ts';
import { connectEngine } from '../../src/rpc/client.ts';
import { workerClosed, workerEndpoint } from '../../src/rpc/worker-endpoint.ts';
import { boundarySuite } from './boundary-suite.ts';
import { command } from './boundary-support.ts';
import type { EchoMode } from './echo-worker.ts';

function spawn(mode: EchoMode): Worker {
  return new Worker(new URL('echo-worker.ts', import.meta.url), { workerData: mode });
}

async function connect(
  worker: Worker,
  options: { signal?: AbortSignal; timeoutMs?: number } = {},
): Promise<RemoteEngine> {
  return await connectEngine(workerEndpoint(worker), { closed: workerClosed(worker), ...options });
}

boundarySuite('a worker thread', async () => {
  const worker = spawn('serve');
  return {
    engine: await connect(worker),
    close: async () => {
      await worker.terminate();
    },
  };
});

describe('a worker that fails', () => {
  let worker: Worker;
  afterEach(() => worker.terminate());

  const endings: readonly (readonly [string, (engine: RemoteEngine) => Promise<unknown>, RegExp])[] = [
    ['exits', (engine) => command(engine, 'exit:3'), /exit code 3/],
    ['throws uncaught', (engine) => command(engine, 'crash:ouch'), /crashed: ouch/],
    ['is terminated', () => worker.terminate(), /exit code 1/],
  ];
  for (const [how, end, message] of endings) {
    it(`fails pending and later calls when it ${how}`, async () => {
      worker = spawn('serve');
      const engine = await connect(worker);
      const pending = [command(engine, 'wait'), command(engine, 'wait')];
      const failures = pending.map((call) => assert.rejects(call, { name: 'EngineStopped', message }));
      void end(engine).catch(() => undefined);
      await Promise.all(failures);
      await assert.rejects(engine.status({}), { name: 'EngineStopped', message });
      assert.equal(engine.liveOperations(), 0);
      engine.subscribe('node', () => undefined)();
      engine.shutdown();
      engine.close();
    });
  }

  it('reports why the engine failed to start', async () => {
    worker = spawn('fail');
    await assert.rejects(connect(worker), { name: 'DataDirInUse', message: /another process/i, details: { pid: 1 } });
  });

  it('fails to connect when it ends before it serves', async () => {
    worker = spawn('exit');
    await assert.rejects(connect(worker), { name: 'EngineStopped', message: /exit code 7/ });
  });

  it('fails to connect when the engine does not start within the timeout, or the caller aborts', async () => {
    worker = spawn('hang');
    await assert.rejects(connect(worker, { timeoutMs: 20 }), { name: 'EngineUnavailable' });
    const controller = new AbortController();
    const connecting = connect(worker, { signal: controller.signal });
    controller.abort();
    await assert.rejects(connecting, { name: 'AbortError' });
  });

  it('lets a call be canceled while the worker thread is blocked', async () => {
    worker = spawn('serve');
    const engine = await connect(worker);
    const controller = new AbortController();
    const blocked = command(engine, 'block:100000', { signal: controller.signal });
    const waiting = command(engine, 'later:1', { signal: controller.signal });
    const failures = [blocked, waiting].map((call) => assert.rejects(call, { name: 'AbortError' }));
    controller.abort();
    await Promise.all(failures);
    assert.equal(engine.liveOperations(), 0);
  });

  it('ends by itself when asked to shut down', async () => {
    worker = spawn('serve');
    const engine = await connect(worker);
    const exit = once(worker, 'exit');
    const pending = command(engine, 'wait');
    engine.shutdown();
    await assert.rejects(pending, (error: Error) => ['AbortError', 'EngineStopped'].includes(error.name));
    assert.deepEqual(await exit, [0]);
  });

  it('cancels all operations of a client that disconnects, and serves the next client', async () => {
    worker = spawn('serve');
    const first = await connect(worker);
    first.subscribe('node', () => undefined);
    const pending = command(first, 'wait');
    first.close();
    await assert.rejects(pending, { name: 'EngineStopped', message: /closed/ });
    const second = await connect(worker);
    assert.deepEqual(await command(second, 'state'), { operations: 0, listeners: 0, aborted: 1 });
  });
});
