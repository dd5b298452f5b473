import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Engine } from '../../shared/api/index.ts';
import { withTimeout } from '../../shared/async.ts';
import { connectEngine } from '../../rpc/client.ts';
import type { RemoteEngine } from '../../rpc/client.ts';
import { WORKER_RESOURCE_LIMITS, workerClosed, workerEndpoint, workerEnvironment } from '../../rpc/worker-endpoint.ts';

/** One run of the engine's worker, from its start to its end. */
export interface EngineProcess {
  readonly engine: Engine;
  /** Resolves, when the worker is gone for whatever reason, to the error that says why. Never rejects. */
  readonly closed: Promise<Error>;
  /** Have the engine stop what it does and end; by force when it does not within 4 s. */
  stop(): Promise<void>;
  /** End it at once, as a crash would. */
  kill(): Promise<void>;
}

export interface EngineProcessOptions {
  /** Path of the bundled worker. */
  readonly script: string;
  readonly dataDir: string;
  readonly version: string;
  /** Receives what the worker prints, which is nothing unless something went wrong. */
  readonly onOutput: (text: string) => void;
}

/** VS Code gives 5 s for deactivation; the node stops within 3. */
const STOP_TIMEOUT_MS = 4_000;
/** A worker with open sockets can hang in `terminate()`, so it is never awaited without a bound. */
const TERMINATE_TIMEOUT_MS = 500;

/**
 * Start the worker and connect to the engine inside.
 *
 * @throws GgenError EngineUnavailable, or what kept the engine from starting
 */
export async function startEngineProcess(options: EngineProcessOptions): Promise<EngineProcess> {
  const worker = new Worker(options.script, {
    workerData: { dataDir: options.dataDir, version: options.version },
    name: 'ggen-engine',
    env: workerEnvironment(join(options.dataDir, 'compiled')),
    resourceLimits: WORKER_RESOURCE_LIMITS,
    // VS Code's own flags for the extension host are nothing for the engine.
    execArgv: [],
    stdout: true,
    stderr: true,
  });
  for (const stream of [worker.stdout, worker.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      options.onOutput(text);
    });
  }
  const closed = workerClosed(worker);
  try {
    const engine = await connectEngine(workerEndpoint(worker), { closed });
    return {
      engine,
      closed,
      stop: () => stopWorker(worker, engine, closed),
      kill: () => terminate(worker),
    };
  } catch (error) {
    await terminate(worker);
    throw error;
  }
}

async function stopWorker(worker: Worker, engine: RemoteEngine, closed: Promise<Error>): Promise<void> {
  engine.shutdown();
  const ended = await withTimeout(STOP_TIMEOUT_MS, closed);
  engine.close();
  if (!ended) await terminate(worker);
}

async function terminate(worker: Worker): Promise<void> {
  await withTimeout(TERMINATE_TIMEOUT_MS, worker.terminate());
}
