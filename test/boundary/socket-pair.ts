import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

/** Address to listen on for the test that owns `folder`: a unix socket in it, or a named pipe on Windows. */
export function socketPath(folder: string): string {
  return process.platform === 'win32' ? `\\\\.\\pipe\\${basename(folder)}` : join(folder, 'engine.sock');
}

export interface SocketPair {
  readonly local: Socket;
  readonly remote: Socket;
  readonly close: () => Promise<void>;
}

/** Both ends of a real connection. */
export async function socketPair(): Promise<SocketPair> {
  const folder = await mkdtemp(join(tmpdir(), 'ggen-rpc-'));
  const path = socketPath(folder);
  const server = createServer();
  server.listen(path);
  await once(server, 'listening');
  const local = connect(path);
  const [[remote]] = (await Promise.all([once(server, 'connection'), once(local, 'connect')])) as [[Socket], unknown];
  const close = async (): Promise<void> => {
    local.destroy();
    remote.destroy();
    server.close();
    await rm(folder, { recursive: true, force: true });
  };
  return { local, remote, close };
}
