/** A process that does what a window's extension does: the built worker in a thread. Without a data folder: an empty one. */
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { DIST, OUT } from '../scripts/lib/paths.ts';
import { connectEngine } from '../src/rpc/client.ts';
import { WORKER_RESOURCE_LIMITS, workerClosed, workerEndpoint, workerEnvironment } from '../src/rpc/worker-endpoint.ts';

const [, , dataDir] = process.argv;
if (dataDir === undefined) {
  const worker = new Worker("require('node:worker_threads').parentPort.postMessage(0); setInterval(() => 0, 1e9)", {
    eval: true,
  });
  worker.once('message', () => {
    console.log('ready');
  });
} else {
  const worker = new Worker(join(DIST, 'worker.mjs'), {
    workerData: { dataDir, version: '0.0.0-bench' },
    env: workerEnvironment(join(OUT, 'compiled')),
    resourceLimits: WORKER_RESOURCE_LIMITS,
  });
  const engine = await connectEngine(workerEndpoint(worker), { closed: workerClosed(worker) });
  await engine.status({});
  console.log('ready');
}
