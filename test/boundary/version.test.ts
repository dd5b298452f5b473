import assert from 'node:assert/strict';
import { connectEngine } from '../../src/rpc/client.ts';
import { wrapDispatch } from '../../src/rpc/comlink.ts';
import { RPC_VERSION } from '../../src/rpc/protocol.ts';
import { serveEngine } from '../../src/rpc/server.ts';
import { socketClosed, socketEndpoint } from '../../src/rpc/socket-endpoint.ts';
import { createEchoEngine } from './echo-engine.ts';
import type { SocketPair } from './socket-pair.ts';
import { socketPair } from './socket-pair.ts';

describe('two versions of the program', () => {
  let pair: SocketPair;
  beforeEach(async () => {
    pair = await socketPair();
    serveEngine(
      createEchoEngine(() => 0),
      socketEndpoint(pair.far, { throttle: true }),
      { version: '9.8.7' },
    );
  });
  afterEach(() => pair.close());

  it('tell each other who they are', async () => {
    const client = await connectEngine(socketEndpoint(pair.near), { closed: socketClosed(pair.near) });
    assert.deepEqual(client.server, { rpc: RPC_VERSION, version: '9.8.7', pid: process.pid });
    client.close();
  });

  for (const theirs of [RPC_VERSION + 1, undefined, 'one']) {
    it(`do not talk past each other: a client of version ${String(theirs)} is told so`, async () => {
      const { remote, close } = wrapDispatch(socketEndpoint(pair.near));
      const reply = await remote.connect(theirs);
      assert.ok(!reply.ok);
      assert.equal(reply.error.name, 'VersionMismatch');
      assert.match(reply.error.message, /9\.8\.7/);
      close();
    });
  }
});
