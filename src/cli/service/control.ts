import { once } from 'node:events';
import { chmod, open, rm, stat } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import { toNotWritableError } from '../../platform/not-writable.ts';
import { socketAddress } from '../../worker/ownership/socket-address.ts';

/** State of a peer, as it answers other commands. */
export interface PeerState {
  readonly pid: number;
  readonly version: string;
  readonly state: 'starting' | 'ready' | 'stopping';
  /** Address of its HTTP endpoint, if it has one. */
  readonly http?: string;
  /** Why the configuration was not reloaded: name and message of the error. */
  readonly refused?: { readonly name: string; readonly message: string };
}

/** Answers a request; a reload is answered when it is done. */
export type ControlAnswer = (request: ControlRequest) => PeerState | Promise<PeerState>;

export type ControlRequest = 'state' | 'stop' | 'reload';
const REQUESTS: readonly ControlRequest[] = ['state', 'stop', 'reload'];

/** Errors of a connection to a socket on which no process listens. */
const NOT_LISTENING_CODES: readonly string[] = ['ECONNREFUSED', 'ENOENT', 'ENOTSOCK'];

const MAX_LINE_LENGTH = 4_096;
const REPLY_TIMEOUT_MS = 3_000;
/** A process holds the lock on a dead socket for milliseconds. */
const MAX_LOCK_AGE_MS = 10_000;

export interface ControlServer {
  close(): Promise<void>;
}

/**
 * Listen on a socket beside the engine's, so that other commands of this user find this peer. A request is one line, the
 * answer one line of JSON. A file with a process id would not do: the system reuses ids, while a socket answers or not.
 *
 * @returns undefined when another peer listens for this data folder, even if that peer is suspended
 */
export async function listenForControl(dataDir: string, answer: ControlAnswer): Promise<ControlServer | undefined> {
  const path = await socketAddress(dataDir, 'peer');
  const pipe = path.startsWith('\\\\');
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    serve(socket, answer);
  });
  try {
    await listen(server, path);
  } catch (error) {
    if (errorCode(error) !== 'EADDRINUSE') throw toNotWritableError(dataDir, error);
    if (pipe || !(await replaceDeadSocket(server, path))) return undefined;
  }
  if (!pipe) await chmod(path, 0o600);
  return {
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroySoon();
      await closed;
    },
  };
}

/**
 * Listen in place of a socket file that a killed process left. One process at a time does this: between the look and
 * the removal, another one could have begun to listen there.
 *
 * @returns false when a process listens, or another one is about to
 */
async function replaceDeadSocket(server: Server, path: string): Promise<boolean> {
  const lock = `${path}.lock`;
  const age = await stat(lock).then(
    ({ mtimeMs }) => Date.now() - mtimeMs,
    () => undefined,
  );
  // A process that was killed since then left it.
  if (age !== undefined && age > MAX_LOCK_AGE_MS) await rm(lock, { force: true });
  const file = await open(lock, 'wx').catch((error: unknown) => {
    if (errorCode(error) === 'EEXIST') return undefined;
    throw error;
  });
  if (file === undefined) return false;
  try {
    if (await isListening(path)) return false;
    await rm(path, { force: true });
    await listen(server, path);
    return true;
  } finally {
    await file.close();
    await rm(lock, { force: true });
  }
}

function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}

async function listen(server: Server, path: string): Promise<void> {
  server.listen(path);
  await once(server, 'listening');
}

/** Whether a process listens there. The kernel accepts connections for a suspended one too. */
async function isListening(path: string): Promise<boolean> {
  const socket = connect(path);
  try {
    await once(socket, 'connect');
    return true;
  } catch (error) {
    return !NOT_LISTENING_CODES.includes(errorCode(error) ?? '');
  } finally {
    socket.destroy();
  }
}

/** Send a request to the peer of a data folder. Undefined when there is none, or it does not answer in time. */
export async function sendControlRequest(
  dataDir: string,
  request: ControlRequest,
  timeoutMs = REPLY_TIMEOUT_MS,
): Promise<PeerState | undefined> {
  const socket = connect(await socketAddress(dataDir, 'peer'));
  try {
    const signal = AbortSignal.timeout(timeoutMs);
    await once(socket, 'connect', { signal });
    socket.write(`${request}\n`);
    const line = await readLine(socket, signal);
    return line === undefined ? undefined : (JSON.parse(line) as PeerState);
  } catch {
    return undefined;
  } finally {
    socket.destroy();
  }
}

function serve(socket: Socket, answer: ControlAnswer): void {
  // A client may disconnect at any time.
  socket.on('error', () => socket.destroy());
  readLine(socket, AbortSignal.timeout(REPLY_TIMEOUT_MS))
    .then(async (line) => {
      const request = REQUESTS.find((known) => known === line);
      if (request === undefined) socket.destroy();
      else socket.end(`${JSON.stringify(await answer(request))}\n`);
    })
    .catch(() => socket.destroy());
}

/** Read the first line; undefined when the connection ends before it, or the line is too long. */
async function readLine(socket: Socket, signal: AbortSignal): Promise<string | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<string | undefined>();
  let text = '';
  const onData = (chunk: string): void => {
    text += chunk;
    const end = text.indexOf('\n');
    if (end >= 0) resolve(text.slice(0, end));
    else if (text.length > MAX_LINE_LENGTH) resolve(undefined);
  };
  socket.setEncoding('utf8').on('data', onData);
  socket.once('close', () => {
    resolve(undefined);
  });
  socket.once('error', reject);
  signal.addEventListener('abort', () => {
    reject(new Error('Timed out waiting for an answer'));
  });
  return promise.finally(() => socket.off('data', onData));
}
