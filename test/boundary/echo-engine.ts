import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { CallName, CallOptions, EngineCalls } from '../../src/shared/api/index.ts';
import type { DescribedEngine } from '../../src/shared/call-traits.ts';
import type { GgenErrorName } from '../../src/shared/errors.ts';
import { GgenError } from '../../src/shared/errors.ts';
import type { EngineEvents, EventName } from '../../src/shared/events.ts';
import { EVENT_NAMES, SNAPSHOT_EVENTS } from '../../src/shared/events.ts';
import { EVENT_SAMPLES, SAMPLES } from './samples/index.ts';

type Listener = (event: EngineEvents[EventName]) => void;

/** Running calls, listeners and aborted calls of the far side, as the `state` command reports them. */
export interface RemoteState {
  readonly operations: number;
  readonly listeners: number;
  readonly aborted: number;
}

/**
 * An engine for the boundary tests. Each call checks that its request arrived as the sample says, reports the sample's
 * progress and answers with the sample's response. `peer({ id: 'do:<command>:<argument>' })` makes it misbehave.
 */
export function createEchoEngine(operations: () => number): DescribedEngine {
  const remote = { aborted: 0, listeners: new Map<EventName, Set<Listener>>(), newest: new Map<EventName, unknown>() };
  const emit = (name: EventName, event: EngineEvents[EventName]): void => {
    if (SNAPSHOT_EVENTS.includes(name)) remote.newest.set(name, event);
    for (const listener of remote.listeners.get(name) ?? []) listener(event);
  };

  const commands: Record<string, (argument: string, options: CallOptions<unknown>) => unknown> = {
    state: () => ({
      operations: operations() - 1, // not counting this call
      listeners: [...remote.listeners.values()].reduce((sum, set) => sum + set.size, 0),
      aborted: remote.aborted,
    }),
    fail: (name) => {
      throw deepError(name as GgenErrorName);
    },
    wait: async (_argument, { signal }) => {
      assert.ok(signal !== undefined);
      await once(signal, 'abort');
      remote.aborted++;
      throw new DOMException('told to', 'AbortError');
    },
    // Blocks the thread, so that it reads no message.
    block: (milliseconds) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, Number(milliseconds)),
    progress: (count, { onProgress }) => {
      for (let step = 1; step <= Number(count); step++) onProgress?.(step);
      queueMicrotask(() => onProgress?.('within'));
      setImmediate(() => onProgress?.('too late'));
      return 'done';
    },
    later: async (number) => {
      await new Promise((resolve) => setTimeout(resolve, Number(number) % 7));
      return Number(number);
    },
    emit: (count) => {
      for (let version = 1; version <= Number(count); version++) {
        emit('node', { ...EVENT_SAMPLES.node, version });
        emit('log', { ...EVENT_SAMPLES.log, version });
      }
    },
    emitSamples: () => {
      for (const name of EVENT_NAMES) emit(name, EVENT_SAMPLES[name]);
    },
    foreign: () => new Map([['a', 1]]),
    large: (bytes) => 'x'.repeat(Number(bytes)),
    view: () => new Uint8Array(new ArrayBuffer(1_000_000), 500, 10).fill(7),
    exit: (code) => process.exit(Number(code)),
    crash: async (message) => {
      setImmediate(() => {
        throw new Error(message);
      });
      await new Promise(() => undefined);
    },
  };

  const call = async (name: CallName, request: unknown, options: CallOptions<unknown> = {}): Promise<unknown> => {
    const command = name === 'peer' ? /^do:(\w+):(.*)$/s.exec((request as { id: string }).id) : null;
    if (command !== null) return await commands[command[1]!]!(command[2]!, options);
    assert.deepEqual(request, SAMPLES[name].request);
    for (const step of SAMPLES[name].progress ?? []) options.onProgress?.(step);
    return SAMPLES[name].response;
  };

  const names = Object.keys(SAMPLES) as CallName[];
  const calls = names.map((name) => [
    name,
    (request: unknown, options?: CallOptions<unknown>) => call(name, request, options),
  ]);
  return {
    ...(Object.fromEntries(calls) as EngineCalls),
    calls: Object.fromEntries(names.map((name) => [name, { idempotent: true }])),
    subscribe: (name, listener) => {
      const set = remote.listeners.get(name) ?? new Set<Listener>();
      remote.listeners.set(name, set.add(listener as Listener));
      if (remote.newest.has(name)) (listener as (event: unknown) => void)(remote.newest.get(name));
      return () => void set.delete(listener as Listener);
    },
  };
}

/** An error with details of every allowed type and a chain of causes. */
export function deepError(name: GgenErrorName): GgenError {
  return new GgenError(name, `It is ${name}.`, {
    details: { text: 'ü', number: 0.5, flag: true, list: ['a', 'b'] },
    cause: new GgenError('PeerUnreachable', 'The peer is away.', {
      details: { attempts: 3 },
      cause: new TypeError('fetch failed'),
    }),
  });
}
