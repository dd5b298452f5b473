import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rename, rm, stat, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GgenError } from '../../src/shared/errors.ts';
import { connectEngine } from '../../src/rpc/client.ts';
import type { ServedEngine } from '../../src/rpc/server.ts';
import { serveEngine } from '../../src/rpc/server.ts';
import { socketClosed, socketEndpoint } from '../../src/rpc/socket-endpoint.ts';
import type { EngineListener } from '../../src/rpc/socket-server.ts';
import { connectToSocket, listenOnSocket } from '../../src/rpc/socket-server.ts';
import { skipOnWindows } from '../skip.ts';
import { boundarySuite } from './boundary-suite.ts';
import { command, farState, farStateBecomes } from './boundary-support.ts';
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
  const { near, far, close } = await socketPair();
  const served: ServedEngine = serveEngine(
    createEchoEngine(() => served.liveOperations()),
    socketEndpoint(far, { throttle: true }),
  );
  return { engine: await connectEngine(socketEndpoint(near), { closed: socketClosed(near) }), close };
});

describe('listening on a socket', () => {
  let listener: EngineListener | undefined;
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

  it('makes the socket for its owner only, replaces a dead one, and removes it in the end', async function () {
    skipOnWindows(this, 'sockets among its files');
    const dead = createServer().listen(path);
    await once(dead, 'listening');
    // What a killed process leaves behind: the name in the folder, and nobody who listens.
    await rename(path, `${path}.kept`);
    await new Promise((resolve) => dead.close(resolve));
    await rename(`${path}.kept`, path);

    listener = await listenOnSocket(engine, path);
    assert.equal((await stat(path)).mode & 0o777, 0o600);
    await listener.close();
    await assert.rejects(stat(path), { code: 'ENOENT' });
  });

  it('refuses where another process serves, and leaves a file of another kind alone', async function () {
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

  it('says so when nobody listens, and passes on why there is no engine', async () => {
    await assert.rejects(connectToSocket(path), { name: 'EngineUnavailable' });
    listener = await listenOnSocket(Promise.reject(new GgenError('DatabaseTooNew', 'Newer.')), path);
    await assert.rejects(connectToSocket(path), { name: 'DatabaseTooNew', message: 'Newer.' });
  });

  it('cancels what a client had running when its connection breaks', async () => {
    listener = await listenOnSocket(engine, path);
    const watcher = await connectToSocket(path);
    const socket = connect(path);
    const client = await connectEngine(socketEndpoint(socket), { closed: socketClosed(socket) });
    const before = (await farState(watcher)).aborted;
    const pending = assert.rejects(command(client, 'wait'), { name: 'EngineStopped' });
    await farState(client); // the far side has begun
    socket.destroy();
    await pending;
    await farStateBecomes(watcher, { aborted: before + 1 });
    watcher.close();
  });
});
