import type { CallOptions, Engine } from '../../src/shared/api/index.ts';
import type { RemoteEngine } from '../../src/rpc/client.ts';
import type { RemoteState } from './echo-engine.ts';

/** A connection to an echo engine on the far side of some endpoint. */
export interface Link {
  readonly engine: RemoteEngine;
  close(): Promise<void>;
}

/** Run a command of the echo engine. */
export async function command(engine: Engine, text: string, options: CallOptions<unknown> = {}): Promise<unknown> {
  return await engine.peer({ id: `do:${text}${text.includes(':') ? '' : ':'}` }, options);
}

export async function remoteState(engine: Engine): Promise<RemoteState> {
  return (await command(engine, 'state')) as RemoteState;
}

/** Wait for a condition, at most 10 seconds, so that a failing test ends. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const end = Date.now() + 10_000;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`Waited in vain for ${condition.toString()}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Wait until the far side's state is as expected. */
export async function waitForRemoteState(engine: Engine, expected: Partial<RemoteState>): Promise<void> {
  await until(async () => {
    const state = await remoteState(engine);
    return Object.entries(expected).every(([key, value]) => state[key as keyof RemoteState] === value);
  });
}

/** Uncaught exceptions while `body` ran, which would otherwise reach mocha's handlers. */
export async function uncaughtDuring(body: () => Promise<void>): Promise<unknown[]> {
  const others = process.listeners('uncaughtException');
  const caught: unknown[] = [];
  process.removeAllListeners('uncaughtException');
  process.on('uncaughtException', (error) => caught.push(error));
  try {
    await body();
    return caught;
  } finally {
    process.removeAllListeners('uncaughtException');
    for (const other of others) process.on('uncaughtException', other);
  }
}
