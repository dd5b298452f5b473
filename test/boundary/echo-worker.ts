import { parentPort, workerData } from 'node:worker_threads';
import { GgenError } from '../../src/shared/errors.ts';
import { serveEngine } from '../../src/rpc/server.ts';
import type { EngineServer } from '../../src/rpc/server.ts';
import { workerEndpoint } from '../../src/rpc/worker-endpoint.ts';
import { createEchoEngine } from './echo-engine.ts';

/** Behavior of a test's worker: `serve` an engine, `fail` to open one, never open one (`hang`), or `exit` at once. */
export type EchoMode = 'serve' | 'fail' | 'hang' | 'exit';

if (parentPort === null) throw new Error('This file runs in a worker thread.');
const mode = workerData as EchoMode;
if (mode === 'exit') process.exit(7);

const engine = createEchoEngine(() => served.liveOperations());
const engines = {
  serve: () => Promise.resolve(engine),
  fail: () => Promise.reject(new GgenError('DataDirInUse', 'Another process has it.', { details: { pid: 1 } })),
  hang: () => new Promise<never>(() => undefined),
};
const served: EngineServer = serveEngine(engines[mode](), workerEndpoint(parentPort), {
  onShutdown: () => {
    served.close();
  },
});
