import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Engine } from '../../shared/api/index.ts';
import { withTimeout } from '../../shared/async.ts';
import { connectEngine } from '../../rpc/client.ts';
import type { RemoteEngine } from '../../rpc/client.ts';
import { WORKER_RESOURCE_LIMITS, workerClosed, workerEndpoint, workerEnvironment } from '../../rpc/worker-endpoint.ts';

/** One run of the engine's worker. */
export interface EngineProcess {
  readonly engine: Engine;
  /** Resolves to the reason when the worker has exited; never rejects. */
  readonly closed: Promise<Error>;
  /** Ask the engine to stop; terminate it when it has not exited after 4 s. */
  stop(): Promise<void>;
  /** Terminate it immediately, as a crash does. */
  kill(): Promise<void>;
}

export interface EngineProcessOptions {
  /** Path of the bundled worker. */
  readonly script: string;
  readonly dataDir: string;
  readonly version: string;
  /** Receives the worker's output on stdout and stderr. The engine prints only on failures. */
  readonly onOutput: (text: string) => void;
}

/** VS Code waits 5 s for deactivation; the node stops within 3 s. */
const STOP_TIMEOUT_MS = 4_000;
/** `terminate()` can hang while sockets are open, so that every wait for it is bounded. */
const TERMINATE_TIMEOUT_MS = 500;

/**
 * Start the worker and connect to its engine.
 *
 * @throws GgenError EngineUnavailable, or the error that kept the engine from starting
 */
export async function startEngineProcess(options: EngineProcessOptions): Promise<EngineProcess> {
  const worker = new Worker(options.script, {
    workerData: { dataDir: options.dataDir, version: options.version },
    name: 'ggen-engine',
    env: workerEnvironment(join(options.dataDir, 'compiled')),
    resourceLimits: WORKER_RESOURCE_LIMITS,
    // The worker must not inherit the flags of the extension host.
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
