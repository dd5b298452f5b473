import { setTimeout as delay } from 'node:timers/promises';
import { errorName } from '../../shared/errors.ts';
import type { EngineOptions } from '../engine/engine.ts';
import { attach, own } from './backend.ts';
import type { Backend } from './backend.ts';

const RETRY_MS = 40;

export interface JoinOptions {
  readonly engine: EngineOptions;
  /** Address of the owner, see `socketAddress`. */
  readonly path: string;
  /** How long to try, in milliseconds. */
  readonly patience: number;
  readonly onAlone: (why: string) => void;
}

/**
 * Become the owner of the data folder, or a client of its owner. Who owns it is decided by one thing alone, SQLite's
 * exclusive lock on the catalogue: the kernel's, so that it ends with its process and at no other moment. The socket is
 * only the way to that owner.
 *
 * @throws GgenError DataDirInUse (an owner that does not answer), VersionMismatch, DatabaseTooNew, DiskFull, UnsupportedRuntime
 */
export async function join({ engine, path, patience, onAlone }: JoinOptions, signal: AbortSignal): Promise<Backend> {
  const deadline = performance.now() + patience;
  for (;;) {
    signal.throwIfAborted();
    const client = await unless(['EngineUnavailable', 'EngineStopped'], () => attach(path, patience, signal));
    if (client.value !== undefined) return client.value;
    const owner = await unless(['DataDirInUse'], () => own(engine, path, onAlone));
    if (owner.value !== undefined) return owner.value;
    if (performance.now() > deadline) throw owner.error;
    await delay(RETRY_MS * (1 + Math.random()), undefined, { signal });
  }
}

type Tried<T> = { readonly value: T } | { readonly value: undefined; readonly error: unknown };

/** What the work brings, or which of the expected errors kept it from it. */
async function unless<T>(expected: readonly string[], work: () => Promise<T>): Promise<Tried<T>> {
  try {
    return { value: await work() };
  } catch (error) {
    if (!expected.includes(errorName(error))) throw error;
    return { value: undefined, error };
  }
}
