import assert from 'node:assert/strict';
import { connectEngine } from '../../src/rpc/client.ts';
import { wrapDispatch } from '../../src/rpc/comlink.ts';
import type { DescribedEngine } from '../../src/shared/call-traits.ts';
import { RPC_VERSION } from '../../src/rpc/protocol.ts';
import { serveEngine } from '../../src/rpc/server.ts';
import { socketClosed, socketEndpoint } from '../../src/rpc/socket-endpoint.ts';
import { createEchoEngine } from './echo-engine.ts';
import type { SocketPair } from './socket-pair.ts';
import { socketPair } from './socket-pair.ts';

describe('two versions of the RPC protocol', () => {
  let pair: SocketPair;
  let engine: DescribedEngine;
  beforeEach(async () => {
    pair = await socketPair();
    engine = createEchoEngine(() => 0);
    serveEngine(engine, socketEndpoint(pair.remote, { backpressure: true }), { version: '9.8.7' });
  });
  afterEach(() => pair.close());

  it('exchange their versions', async () => {
    const client = await connectEngine(socketEndpoint(pair.local), { closed: socketClosed(pair.local) });
    assert.deepEqual(client.server, {
      rpc: RPC_VERSION,
      version: '9.8.7',
      pid: process.pid,
      calls: engine.calls,
    });
    client.close();
  });

  for (const theirs of [RPC_VERSION + 1, undefined, 'one']) {
    it(`refuse to communicate: a client of version ${String(theirs)} gets a version error`, async () => {
      const { remote, close } = wrapDispatch(socketEndpoint(pair.local));
      const reply = await remote.connect(theirs);
      assert.ok(!reply.ok);
      assert.equal(reply.error.name, 'VersionMismatch');
      assert.match(reply.error.message, /9\.8\.7/);
      close();
    });
  }

  it('refuse a call that the engine does not have', async () => {
    const { remote, close } = wrapDispatch(socketEndpoint(pair.local));
    for (const name of ['noSuchCall', 'constructor', 'subscribe', 1]) {
      const reply = await remote.call(name, {}, 1);
      assert.ok(!reply.ok);
      assert.equal(reply.error.name, 'InvalidRequest');
      assert.match(reply.error.message, /has no call named/);
    }
    close();
  });
});
