import type { MessagePort, ResourceLimits } from 'node:worker_threads';
import { Worker } from 'node:worker_threads';
import { GgenError } from '../shared/errors.ts';
import type { RpcEndpoint } from './endpoint.ts';

/** The channel to a worker thread: made of the `Worker` on the main side, of `parentPort` on the worker's side. */
export function workerEndpoint(worker: Worker | MessagePort): RpcEndpoint {
  // One view of both, whose overloads differ.
  const port: MessagePort | Worker = worker;
  const closeEvent = worker instanceof Worker ? 'exit' : 'close';
  return {
    postMessage: (message) => {
      port.postMessage(message);
    },
    onMessage: (listener) => {
      port.on('message', listener);
      return () => port.off('message', listener);
    },
    onClose: (listener) => {
      port.once(closeEvent, listener);
      return () => port.off(closeEvent, listener);
    },
    close: () => undefined,
  };
}

/**
 * Environment for an engine's worker: ours, and a place to keep compiled code, which saves a third of its start. Node
 * checks the kept code against the script's contents.
 *
 * @param folder where the code is kept; created when missing
 */
export function workerEnvironment(folder: string): NodeJS.ProcessEnv {
  return { ...process.env, NODE_COMPILE_CACHE: folder };
}

/**
 * The heap of an engine's worker. A transfer leaves buffers behind, of which V8 knows little more than that they are garbage: with the
 * usual young generation of 48 MB they pile up until the whole heap is collected, several times for each 64 MB. In the smallest one
 * they go along with everything else that is young.
 */
export const WORKER_RESOURCE_LIMITS: ResourceLimits = { maxYoungGenerationSizeMb: 3 };

/** Resolves, when the worker is gone, to a GgenError EngineStopped that says how it ended. Never rejects. */
export function workerClosed(worker: Worker): Promise<Error> {
  return new Promise((resolve) => {
    worker.once('error', (error: unknown) => {
      const message = error instanceof Error ? error.message : String(error);
      resolve(new GgenError('EngineStopped', `The engine's worker crashed: ${message}`, { cause: error }));
    });
    worker.once('exit', (code) => {
      const message = `The engine's worker ended with exit code ${code}.`;
      resolve(new GgenError('EngineStopped', message, { details: { exitCode: code } }));
    });
  });
}
