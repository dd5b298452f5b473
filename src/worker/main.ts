import { parentPort, workerData } from 'node:worker_threads';
import { serveEngine } from '../rpc/server.ts';
import { workerEndpoint } from '../rpc/worker-endpoint.ts';
import { createEngine } from './engine.ts';
import type { EngineOptions } from './engine.ts';

/**
 * The worker thread: an engine, served to the thread that started it. `workerData` is the engine's options. Asked to
 * shut down it closes the engine and exits by itself; being terminated is the last resort of whoever started it.
 */
function main(): void {
  if (parentPort === null) throw new Error('This file runs as a worker thread.');
  const port = parentPort;
  const engine = createEngine(workerData as EngineOptions);
  serveEngine(engine, workerEndpoint(port), {
    onShutdown: () => {
      void engine
        .then((host) => host.close())
        // What can't be closed any more is as good as closed: the exit below ends it.
        .catch(() => undefined)
        .finally(() => process.exit(0));
    },
  });
}

main();
