import { chmod, lstat, rm } from 'node:fs/promises';
import { once } from 'node:events';
import type { Server, Socket } from 'node:net';
import { connect, createServer } from 'node:net';
import type { DescribedEngine } from '../shared/call-traits.ts';
import { errorMessage, GgenError, isAbort } from '../shared/errors.ts';
import type { ConnectOptions, RemoteEngine } from './client.ts';
import { connectEngine } from './client.ts';
import type { ServeOptions } from './server.ts';
import { serveEngine } from './server.ts';
import type { SocketEndpointOptions } from './socket-endpoint.ts';
import { socketClosed, socketEndpoint } from './socket-endpoint.ts';

export interface SocketServer {
  /** Number of connected clients. */
  clients(): number;
  /** Accept no more clients, and remove the socket's file. Connected clients stay connected. */
  stopAccepting(): void;
  /** Stop listening, close every connection, which cancels its calls, and remove the socket's file. */
  close(): Promise<void>;
}

/**
 * Serve an engine to every process of this user that connects to a unix socket or, on Windows, a named pipe. A socket
 * file of a process that has ended is replaced; only the user may connect to the new one (mode 0600).
 *
 * @throws GgenError DataDirInUse when another process listens there
 */
export async function listenOnSocket(
  engine: DescribedEngine | Promise<DescribedEngine>,
  path: string,
  options: ServeOptions & SocketEndpointOptions = {},
): Promise<SocketServer> {
  const ready = Promise.resolve(engine);
  // Each client that connects receives the error. Until then it must not count as unhandled.
  ready.catch(() => undefined);
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    serveEngine(ready, socketEndpoint(socket, { backpressure: true, ...options }), options);
  });
  await removeStaleSocket(path);
  await listen(server, path);
  const closed = once(server, 'close');
  return {
    clients: () => sockets.size,
    stopAccepting: () => {
      server.close();
    },
    close: async () => {
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/**
 * Connect to the engine behind a socket.
 *
 * @throws GgenError EngineUnavailable when no process listens there or answers in time; otherwise like `connectEngine`
 */
export async function connectToSocket(
  path: string,
  options: Omit<ConnectOptions, 'closed'> & SocketEndpointOptions = {},
): Promise<RemoteEngine> {
  const socket = await dial(path, options.signal);
  return await connectEngine(socketEndpoint(socket, options), { ...options, closed: socketClosed(socket) });
}

async function dial(path: string, signal: AbortSignal | undefined): Promise<Socket> {
  const socket = connect(path);
  try {
    await once(socket, 'connect', signal === undefined ? {} : { signal });
    return socket;
  } catch (error) {
    socket.destroy();
    if (isAbort(error)) throw new DOMException('This operation was canceled.', 'AbortError');
    const message = `No engine is listening at ${path}: ${errorMessage(error)}`;
    throw new GgenError('EngineUnavailable', message, { details: { path }, cause: error });
  }
}

async function listen(server: Server, path: string): Promise<void> {
  server.listen(path);
  await once(server, 'listening');
  if (!isPipe(path)) await chmod(path, 0o600);
}

async function removeStaleSocket(path: string): Promise<void> {
  if (isPipe(path) || !(await isSocket(path))) return;
  const answered = await dial(path, undefined).then(
    (socket) => socket.destroy(),
    () => undefined,
  );
  if (answered !== undefined) {
    throw new GgenError('DataDirInUse', `Another process is already running an engine at ${path}.`, {
      details: { path },
    });
  }
  await rm(path, { force: true });
}

async function isSocket(path: string): Promise<boolean> {
  return await lstat(path).then(
    (stats) => stats.isSocket(),
    () => false,
  );
}

function isPipe(path: string): boolean {
  return path.startsWith('\\\\');
}
