import type { DescribedEngine } from '../../shared/call-traits.ts';
import { connectToSocket, listenOnSocket } from '../../rpc/socket-server.ts';
import type { SocketServer } from '../../rpc/socket-server.ts';
import { errorMessage } from '../../shared/errors.ts';
import type { EngineOptions } from '../engine/engine.ts';

/** The engine that a shared engine uses at present: in this process, or in the process that owns the data folder. */
export interface Backend {
  readonly engine: DescribedEngine;
  readonly owner: { readonly self: boolean; readonly pid: number; readonly version: string };
  /** Resolves to the reason when it ends without being closed. */
  readonly ended: Promise<Error>;
  /** Number of clients on the local socket; undefined in a process that is attached itself. */
  clients(): number | undefined;
  close(): Promise<void>;
}

/** An owner answers within milliseconds, unless its process is suspended. */
const ATTACH_TIMEOUT_MS = 5_000;

/**
 * The engine of the process that owns the data folder.
 *
 * @throws GgenError EngineUnavailable (no owner, or no answer), EngineStopped (the owner is closing), VersionMismatch
 */
export async function attachToOwner(path: string, timeoutMs: number, signal: AbortSignal): Promise<Backend> {
  const engine = await connectToSocket(path, { signal, timeoutMs: Math.min(ATTACH_TIMEOUT_MS, timeoutMs) });
  const { pid, version } = engine.server;
  return {
    engine,
    owner: { self: false, pid, version },
    ended: engine.closed,
    clients: () => undefined,
    close: () => {
      engine.close();
      return Promise.resolve();
    },
  };
}

/**
 * Own the data folder: open everything in it, and serve it to the other windows and commands of this user. Where no socket
 * can be made, the engine serves this process alone, and `onSocketUnavailable` gets the reason.
 *
 * @throws GgenError DataDirInUse at once when another process owns it; else as `createEngine`
 */
export async function openAsOwner(
  options: EngineOptions,
  path: string,
  onSocketUnavailable: (reason: string) => void,
): Promise<Backend> {
  // Loaded only by an owner: an attached process needs neither libp2p nor SQLite.
  const { createEngine } = await import('../engine/engine.ts');
  const engine = await createEngine({ ...options, lockTimeoutMs: 0 });
  const gate = new EventGate(engine);
  let listener: SocketServer | undefined;
  try {
    listener = await listenOnSocket(gate.engine, path, { version: options.version });
  } catch (error) {
    onSocketUnavailable(errorMessage(error));
  }
  return {
    engine,
    owner: { self: true, pid: process.pid, version: options.version },
    ended: new Promise(() => undefined),
    clients: () => listener?.clients() ?? 0,
    close: async () => {
      // Clients must not see the node stop, because one of them takes it over.
      listener?.stopAccepting();
      gate.close();
      await engine.close();
      // Only now, when the folder is released: clients try to own it as soon as their connection ends.
      await listener?.close();
    },
  };
}

/** The engine as clients see it. Its events stop before the engine closes, so that clients do not see the closing as a stop. */
class EventGate {
  readonly engine: DescribedEngine;
  #open = true;

  constructor(engine: DescribedEngine) {
    this.engine = {
      ...engine,
      subscribe: (name, listener) =>
        engine.subscribe(name, (event) => {
          if (this.#open) listener(event);
        }),
    };
  }

  close(): void {
    this.#open = false;
  }
}
