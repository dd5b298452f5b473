import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rename, rm, stat, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GgenError } from '../../src/shared/errors.ts';
import { connectEngine } from '../../src/rpc/client.ts';
import type { EngineServer } from '../../src/rpc/server.ts';
import { serveEngine } from '../../src/rpc/server.ts';
import { socketClosed, socketEndpoint } from '../../src/rpc/socket-endpoint.ts';
import type { SocketServer } from '../../src/rpc/socket-server.ts';
import { connectToSocket, listenOnSocket } from '../../src/rpc/socket-server.ts';
import { skipOnWindows } from '../skip.ts';
import { boundarySuite } from './boundary-suite.ts';
import { command, remoteState, waitForRemoteState } from './boundary-support.ts';
import { createEchoEngine } from './echo-engine.ts';
import { socketPair, socketPath } from './socket-pair.ts';

let folder: string;
let path: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ggen-rpc-'));
  path = socketPath(folder);
});
afterEach(() => rm(folder, { recursive: true, force: true }));

boundarySuite('a socket', async () => {
  const { local, remote, close } = await socketPair();
  const served: EngineServer = serveEngine(
    createEchoEngine(() => served.liveOperations()),
    socketEndpoint(remote, { backpressure: true }),
  );
  return { engine: await connectEngine(socketEndpoint(local), { closed: socketClosed(local) }), close };
});

describe('listening on a socket', () => {
  let listener: SocketServer | undefined;
  afterEach(async () => {
    await listener?.close();
    listener = undefined;
  });
  const engine = createEchoEngine(() => 1);

  it('serves several clients at once, each with operations of its own', async () => {
    listener = await listenOnSocket(engine, path);
    const clients = await Promise.all([connectToSocket(path), connectToSocket(path), connectToSocket(path)]);
    const answers = await Promise.all(clients.map((client, index) => command(client, `later:${index}`)));
    assert.deepEqual(answers, [0, 1, 2]);
    for (const client of clients) client.close();
  });

  it('creates the socket with owner-only permissions, replaces a stale one, and removes it on close', async function () {
    skipOnWindows(this, 'sockets among its files');
    const dead = createServer().listen(path);
    await once(dead, 'listening');
    // A killed process leaves its socket's file behind, on which no process listens.
    await rename(path, `${path}.kept`);
    await new Promise((resolve) => dead.close(resolve));
    await rename(`${path}.kept`, path);

    listener = await listenOnSocket(engine, path);
    assert.equal((await stat(path)).mode & 0o777, 0o600);
    await listener.close();
    await assert.rejects(stat(path), { code: 'ENOENT' });
  });

  it('refuses to listen where another process listens, and does not touch a file that is not a socket', async function () {
    skipOnWindows(this, 'sockets among its files');
    listener = await listenOnSocket(engine, path);
    await assert.rejects(listenOnSocket(engine, path), { name: 'DataDirInUse' });
    const file = join(folder, 'file');
    await writeFile(file, 'mine');
    await assert.rejects(listenOnSocket(engine, file), { code: 'EADDRINUSE' });
    assert.equal((await stat(file)).size, 4);
  });

  it('fails pending and later calls of its clients when it closes', async () => {
    listener = await listenOnSocket(engine, path);
    const client = await connectToSocket(path);
    const pending = assert.rejects(command(client, 'wait'), {
      name: 'EngineStopped',
      message: /connection/,
    });
    await listener.close();
    await pending;
    await assert.rejects(client.status({}), { name: 'EngineStopped' });
  });

  it('reports that no server listens, and why the engine failed to start', async () => {
    await assert.rejects(connectToSocket(path), { name: 'EngineUnavailable' });
    listener = await listenOnSocket(Promise.reject(new GgenError('DatabaseTooNew', 'Newer.')), path);
    await assert.rejects(connectToSocket(path), { name: 'DatabaseTooNew', message: 'Newer.' });
  });

  it('cancels what a client had running when its connection breaks', async () => {
    listener = await listenOnSocket(engine, path);
    const watcher = await connectToSocket(path);
    const socket = connect(path);
    const client = await connectEngine(socketEndpoint(socket), { closed: socketClosed(socket) });
    const before = (await remoteState(watcher)).aborted;
    const pending = assert.rejects(command(client, 'wait'), { name: 'EngineStopped' });
    await remoteState(client); // the far side has started the call
    socket.destroy();
    await pending;
    await waitForRemoteState(watcher, { aborted: before + 1 });
    watcher.close();
  });
});
