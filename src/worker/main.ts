import { parentPort, workerData } from 'node:worker_threads';
import { serveEngine } from '../rpc/server.ts';
import { workerEndpoint } from '../rpc/worker-endpoint.ts';
import type { EngineOptions } from './engine/engine.ts';
import { openSharedEngine } from './ownership/shared-engine.ts';

/**
 * The worker thread: the engine of this user's one node, here or in another process, served to the thread that started it.
 * `workerData` is the engine's options. Asked to shut down it leaves and exits by itself; being terminated is the last resort
 * of whoever started it.
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
        // What can't be closed any more is as good as closed: the exit below ends it.
        .catch(() => undefined)
        .finally(() => process.exit(0));
    },
  });
  // Nobody to attach to, and no way to be the owner: whoever started this thread learns why by its end.
  engine.then(
    (sharedEngine) =>
      sharedEngine.failed.then((error) => {
        throw error;
      }),
    () => undefined,
  );
}

main();
