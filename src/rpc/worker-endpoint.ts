import type { MessagePort, ResourceLimits } from 'node:worker_threads';
import { Worker } from 'node:worker_threads';
import { GgenError, errorMessage } from '../shared/errors.ts';
import type { RpcEndpoint } from './endpoint.ts';

/** The channel between a thread and its worker: over the `Worker` on one side, over `parentPort` on the other. */
export function workerEndpoint(worker: Worker | MessagePort): RpcEndpoint {
  // One type for both, because their overloads differ.
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
 * Environment of an engine's worker: that of this process, with a cache for compiled code, which saves a third of the
 * start-up time. Node compares the cached code with the script's contents.
 *
 * @param folder for the cache; created when missing
 */
export function workerEnvironment(folder: string): NodeJS.ProcessEnv {
  return { ...process.env, NODE_COMPILE_CACHE: folder };
}

/**
 * The heap of an engine's worker. A transfer allocates many short-lived buffers, whose memory is outside of V8's heap.
 * With the default young generation of 48 MB they accumulate until a full collection, which happens several times per
 * 64 MB transferred. The smallest young generation is collected often enough to free them early.
 */
export const WORKER_RESOURCE_LIMITS: ResourceLimits = { maxYoungGenerationSizeMb: 3 };

/** Resolves when the worker has ended, to a GgenError EngineStopped with the reason. Never rejects. */
export function workerClosed(worker: Worker): Promise<Error> {
  return new Promise((resolve) => {
    worker.once('error', (error: unknown) => {
      resolve(new GgenError('EngineStopped', `The engine's worker crashed: ${errorMessage(error)}`, { cause: error }));
    });
    worker.once('exit', (code) => {
      const message = `The engine's worker ended with exit code ${code}.`;
      resolve(new GgenError('EngineStopped', message, { details: { exitCode: code } }));
    });
  });
}
