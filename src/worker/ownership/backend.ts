import type { Engine } from '../../shared/api/index.ts';
import { connectToSocket, listenOnSocket } from '../../rpc/socket-server.ts';
import type { SocketServer } from '../../rpc/socket-server.ts';
import { errorMessage } from '../../shared/errors.ts';
import type { EngineOptions } from '../engine/engine.ts';

/** What stands behind a host at present: the engine in this process, or that of the process that owns the data folder. */
export interface Backend {
  readonly engine: Engine;
  readonly owner: { readonly self: boolean; readonly pid: number; readonly version: string };
  /** Resolves when it is gone without having been closed. */
  readonly ended: Promise<Error>;
  /** Clients on the local socket; undefined where that is not known here. */
  clients(): number | undefined;
  close(): Promise<void>;
}

/** An owner answers within milliseconds; one that is stopped in its tracks does not. */
const ATTACH_TIMEOUT_MS = 5_000;

/**
 * The engine of the process that owns the data folder.
 *
 * @throws GgenError EngineUnavailable (nobody there, or no answer), EngineStopped (it ends just now), VersionMismatch
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
 * Own the data folder: open everything in it, and serve it to the other windows and commands of this user. Where no
 * socket can be made the engine works all the same, for this process alone; `onAlone` is told why.
 *
 * @throws GgenError DataDirInUse at once when another process owns it; else as `createEngine`
 */
export async function openAsOwner(
  options: EngineOptions,
  path: string,
  onSocketUnavailable: (reason: string) => void,
): Promise<Backend> {
  // Loaded only by who owns: a client needs nothing of libp2p, SQLite and the rest.
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
      // Nobody new; and those who are there see no node that stops: one of them goes on with it.
      listener?.stopAccepting();
      gate.close();
      await engine.close();
      // The folder is free now: the moment at which a client may take it.
      await listener?.close();
    },
  };
}

/** The engine as clients see it, whose events can be stopped before those of its end. */
class EventGate {
  readonly engine: Engine;
  #open = true;

  constructor(engine: Engine) {
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
