import assert from 'node:assert/strict';
import { serialize } from 'node:v8';
import { connectEngine } from '../../src/rpc/client.ts';
import { encodeFrame, MAX_FRAME_BYTES } from '../../src/rpc/frames.ts';
import type { EngineServer } from '../../src/rpc/server.ts';
import { serveEngine } from '../../src/rpc/server.ts';
import type { SocketEndpointOptions } from '../../src/rpc/socket-endpoint.ts';
import { socketClosed, socketEndpoint } from '../../src/rpc/socket-endpoint.ts';
import { command, until } from './boundary-support.ts';
import { createEchoEngine } from './echo-engine.ts';
import type { SocketPair } from './socket-pair.ts';
import { socketPair } from './socket-pair.ts';

describe('a hostile or broken peer of a socket', () => {
  let pair: SocketPair;
  let served: EngineServer;
  let closed: Promise<Error>;

  async function open(options: SocketEndpointOptions = {}): Promise<void> {
    pair = await socketPair();
    closed = socketClosed(pair.remote);
    pair.local.on('error', () => undefined);
    const engine = createEchoEngine(() => served.liveOperations());
    served = serveEngine(engine, socketEndpoint(pair.remote, { backpressure: true, ...options }));
  }
  afterEach(() => pair.close());

  const header = (length: number): Buffer => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(length);
    return bytes;
  };
  const framed = (payload: Buffer): Buffer => Buffer.concat([header(payload.length), payload]);
  const garbage: readonly (readonly [string, Buffer])[] = [
    ['an oversized frame', header(MAX_FRAME_BYTES + 1)],
    ['the largest length there is', header(0xff_ff_ff_ff)],
    ['an empty frame', header(0)],
    ['bytes that are no message', framed(Buffer.from('GET / HTTP/1.1\r\n\r\n'))],
    ['a message cut short', framed(serialize({ type: 'APPLY', id: 'x' }).subarray(0, 9))],
    ['an array of four thousand million elements', framed(Buffer.from('ff0f41ffffffff0f', 'hex'))],
    ['zeros', framed(Buffer.alloc(1_000))],
  ];
  for (const [what, bytes] of garbage) {
    it(`is disconnected when it sends ${what}`, async () => {
      await open();
      pair.local.write(bytes);
      assert.match((await closed).message, /invalid message/);
      assert.ok(pair.remote.destroyed);
    });
  }

  it('is disconnected when a frame stays incomplete, however slowly it grows', async () => {
    await open({ frameTimeoutMs: 50 });
    const bytes = encodeFrame({ type: 'APPLY' });
    let sent = 0;
    const slowWrite = setInterval(() => pair.local.write(bytes.subarray(sent, ++sent)), 10);
    assert.match((await closed).message, /did not finish sending a message in time/);
    clearInterval(slowWrite);
    assert.ok(sent < bytes.length);
  });

  it('leaves no resources behind when it disconnects in the middle of a frame', async () => {
    await open();
    pair.local.end(encodeFrame({ type: 'APPLY' }).subarray(0, 10));
    assert.match((await closed).message, /closed the connection/);
    assert.equal(served.liveOperations(), 0);
  });

  it('can call nothing but the methods of the engine', async () => {
    await open();
    const apply = { id: 'a', type: 'APPLY', path: ['call'], argumentList: [] };
    const raw = (value: unknown): object => ({ type: 'RAW', value });
    const messages: unknown[] = [
      null,
      7,
      'text',
      [],
      new Map([['type', 'APPLY']]),
      { ...apply, path: ['constructor', 'constructor'], argumentList: [raw('globalThis.broken = true')] },
      { ...apply, path: ['constructor'], type: 'CONSTRUCT' },
      { ...apply, path: ['__proto__', 'polluted'], type: 'SET', value: raw(1) },
      { ...apply, path: ['call'], type: 'GET' },
      { ...apply, type: 'ENDPOINT', path: [] },
      { ...apply, type: 'RELEASE', path: [] },
      { ...apply, argumentList: [{ type: 'HANDLER', name: 'proxy', value: {} }] },
      { ...apply, argumentList: 'text' },
      { ...apply, path: { length: 1, 0: 'call' } },
      { ...apply, id: 7, argumentList: [raw('status'), raw({}), raw(1)] },
      { id: 'last', type: 'APPLY', path: ['call'], argumentList: [raw('constructor'), raw({}), raw(1)] },
    ];
    for (const message of messages) pair.local.write(encodeFrame(message));
    const answers: unknown[] = [];
    const end = socketEndpoint(pair.local).onMessage((message) => answers.push(message));
    await until(() => answers.length > 0);
    end();
    // The only answer is that to the last message: the others were dropped unread.
    const [answer] = answers as [{ id: string; value: { ok: boolean; error: { name: string } } }];
    assert.deepEqual([answer.id, answer.value.ok, answer.value.error.name], ['last', false, 'InvalidRequest']);
    assert.equal(answers.length, 1);
    assert.ok(!('broken' in globalThis) && !('polluted' in {}));
  });

  it('gets an error for arguments of every invalid type', async () => {
    await open();
    const endpoint = socketEndpoint(pair.local);
    const shared = Array.from({ length: 20 }, () => 0).reduce<unknown>((inner) => [inner, inner], 'leaf');
    const wrong: readonly unknown[][] = [
      ['toString', {}, 1],
      ['__proto__', {}, 1],
      [7, {}, 1],
      ['status', [], 1],
      ['status', null, 1],
      ['status', new Map(), 1],
      ['status', { deep: [shared, shared, shared] }, 1],
      ['status', { list: new Array(4_000_000_000) }, 1],
      ['status', {}, 'one'],
      ['status', {}, 1.5],
      ['status', {}, Number.NaN],
    ];
    const names: string[] = [];
    const end = endpoint.onMessage((message) => {
      names.push((message as { value: { error: { name: string } } }).value.error.name);
    });
    wrong.forEach((args, index) => {
      const argumentList = args.map((value) => ({ type: 'RAW', value }));
      endpoint.postMessage({ id: `${index}`, type: 'APPLY', path: ['call'], argumentList });
    });
    await until(() => names.length === wrong.length);
    end();
    assert.deepEqual(new Set(names), new Set(['InvalidRequest']));
  });

  it('is disconnected when it sends requests without reading answers, before buffered memory exceeds its limit', async () => {
    await open({ maxBufferedBytes: 8_000_000 });
    const call = { type: 'APPLY', path: ['call'] };
    const args = ['peer', { id: 'do:large:5000000' }];
    for (let operation = 1; operation <= 4; operation++) {
      const argumentList = [...args, operation].map((value) => ({ type: 'RAW', value }));
      pair.local.write(encodeFrame({ ...call, id: `${operation}`, argumentList }));
    }
    assert.match((await closed).message, /does not read/);
  });

  it('applies backpressure to a client that does not read its answers', async () => {
    await open();
    let asked = 0;
    const ask = (bytes: number): boolean => {
      const argumentList = ['peer', { id: `do:large:${bytes}` }, ++asked].map((value) => ({ type: 'RAW', value }));
      return pair.local.write(encodeFrame({ id: `${asked}`, type: 'APPLY', path: ['call'], argumentList }));
    };
    ask(1_000_000);
    await until(() => pair.remote.isPaused());
    // The server does not read requests now, so they fill the buffer of this side and not the memory of the server.
    while (ask(10_000));
    const answers: unknown[] = [];
    const end = socketEndpoint(pair.local).onMessage((message) => answers.push(message));
    await until(() => answers.length === asked);
    end();
    assert.ok(!pair.remote.isPaused());
  });

  it('answers with an error when the response exceeds the maximum frame size', async () => {
    await open();
    const client = await connectEngine(socketEndpoint(pair.local), { closed: socketClosed(pair.local) });
    await assert.rejects(command(client, `large:${MAX_FRAME_BYTES}`), { name: 'InvalidRequest', message: /too large/ });
    const request = { id: 'x'.repeat(MAX_FRAME_BYTES) };
    await assert.rejects(client.peer(request), { name: 'InvalidRequest', message: /too large/ });
    assert.equal(await command(client, 'later:1'), 1);
    client.close();
  });
});
