import { setTimeout as delay } from 'node:timers/promises';
import { errorName } from '../../shared/errors.ts';
import type { EngineOptions } from '../engine/engine.ts';
import { attachToOwner, openAsOwner } from './backend.ts';
import type { Backend } from './backend.ts';

const RETRY_INTERVAL_MS = 40;

export interface AcquireOptions {
  readonly engine: EngineOptions;
  /** Address of the owner, see `socketAddress`. */
  readonly socketPath: string;
  /** How long to try, in milliseconds. */
  readonly timeoutMs: number;
  readonly onSocketUnavailable: (reason: string) => void;
}

/**
 * Become the owner of the data folder, or attach to its owner. Only SQLite's exclusive lock on the catalog decides which
 * process owns it: the kernel holds that lock, so it ends exactly when its process does. The socket is only the way to the
 * owner.
 *
 * @throws GgenError DataDirInUse (an owner that does not answer), VersionMismatch, DatabaseTooNew, DiskFull, UnsupportedRuntime
 */
export async function acquireBackend(
  { engine, socketPath, timeoutMs, onSocketUnavailable }: AcquireOptions,
  signal: AbortSignal,
): Promise<Backend> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    signal.throwIfAborted();
    const client = await catchExpected(['EngineUnavailable', 'EngineStopped'], () =>
      attachToOwner(socketPath, timeoutMs, signal),
    );
    if (client.value !== undefined) return client.value;
    const owner = await catchExpected(['DataDirInUse'], () => openAsOwner(engine, socketPath, onSocketUnavailable));
    if (owner.value !== undefined) return owner.value;
    if (performance.now() > deadline) throw owner.error;
    await delay(RETRY_INTERVAL_MS * (1 + Math.random()), undefined, { signal });
  }
}

type Attempt<T> = { readonly value: T } | { readonly value: undefined; readonly error: unknown };

/** The result of the work, or the expected error with which it failed. */
async function catchExpected<T>(expected: readonly string[], work: () => Promise<T>): Promise<Attempt<T>> {
  try {
    return { value: await work() };
  } catch (error) {
    if (!expected.includes(errorName(error))) throw error;
    return { value: undefined, error };
  }
}
