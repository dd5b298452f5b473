import { parentPort, workerData } from 'node:worker_threads';
import { serveEngine } from '../rpc/server.ts';
import { workerEndpoint } from '../rpc/worker-endpoint.ts';
import type { EngineOptions } from './engine/engine.ts';
import { openSharedEngine } from './ownership/shared-engine.ts';

/**
 * The worker thread: serves the engine of this user's one node, in this or another process, to the thread that started it.
 * `workerData` holds the engine's options. The thread closes the engine and exits when it is asked to shut down; its starter
 * terminates it only if that fails.
 */
function main(): void {
  if (parentPort === null) throw new Error('This file must run as a worker thread.');
  const port = parentPort;
  const options = workerData as EngineOptions;
  const engine = openSharedEngine(options);
  serveEngine(engine, workerEndpoint(port), {
    version: options.version,
    onShutdown: () => {
      void engine
        .then((sharedEngine) => sharedEngine.close())
        // The exit below ends what could not be closed.
        .catch(() => undefined)
        .finally(() => process.exit(0));
    },
  });
  // Neither owning nor attaching works any more: the uncaught error reaches the starter.
  engine.then(
    (sharedEngine) =>
      sharedEngine.failed.then((error) => {
        throw error;
      }),
    () => undefined,
  );
}

main();
