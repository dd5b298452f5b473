import assert from 'node:assert/strict';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { MultiaddrConnection, Stream } from '@libp2p/interface';
import { multiaddrConnectionPair } from '@libp2p/utils';
import { yamux } from '@libp2p/yamux';
import { lowUpdateYamux } from '../../../../src/worker/node/yamux.ts';

/** Frame header (yamux specification, "Framing"). */
const TYPE_OFFSET = 1;
const WINDOW_UPDATE = 1;
const HEADER_BYTES = 12;

describe('yamux', () => {
  it('does not answer each small message with a window update', async () => {
    const { updates } = await send({ messages: 200, bytes: 500, muxer: lowUpdateYamux({}) });
    assert.ok(updates <= 2, `${updates} updates`);
  });

  it('upstream still answers each of them (otherwise the patch can be removed)', async () => {
    const { updates } = await send({ messages: 200, bytes: 500, muxer: yamux({}) });
    assert.ok(updates >= 100, `${updates} updates`);
  });

  it('transfers many times the window size', async () => {
    const { updates, received } = await send({ messages: 400, bytes: 32 * 1024, muxer: lowUpdateYamux({}) });
    assert.equal(received, 400 * 32 * 1024);
    assert.ok(updates > 0);
  });

  it('transfers all data to a reader that pauses, at any remaining window size', async () => {
    for (const bytes of [1_000, 100_000, 128 * 1024, 128 * 1024 + 1, 256 * 1024]) {
      const messages = Math.ceil((1024 * 1024) / bytes);
      const { received } = await send({ messages, bytes, muxer: lowUpdateYamux({}), pauses: true });
      assert.equal(received, messages * bytes);
    }
  });
});

interface Sending {
  readonly messages: number;
  readonly bytes: number;
  readonly muxer: ReturnType<typeof lowUpdateYamux>;
  /** The receiver pauses after each message, so that the sender uses up the window. */
  readonly pauses?: boolean;
}

/** Sends messages one by one over a stream. Returns the bytes received, and the window updates that the receiver sent. */
async function send({
  messages,
  bytes,
  muxer,
  pauses = false,
}: Sending): Promise<{ updates: number; received: number }> {
  const [outbound, inbound] = multiaddrConnectionPair();
  const updates = countUpdates(inbound);
  const sender = muxer().createStreamMuxer(outbound);
  const receiver = muxer().createStreamMuxer(inbound);
  let received = 0;
  const all = Promise.withResolvers<undefined>();
  receiver.addEventListener('stream', ({ detail }: CustomEvent<Stream>) => {
    detail.addEventListener('message', ({ data }) => {
      received += data.byteLength;
      if (pauses && received < messages * bytes) {
        detail.pause();
        setTimeout(() => {
          detail.resume();
        }, 1);
      }
      if (received >= messages * bytes) all.resolve(undefined);
    });
  });
  const stream = await sender.createStream();
  for (let count = 0; count < messages; count++) {
    if (!stream.send(new Uint8Array(bytes))) await stream.onDrain();
    // One per turn of the event loop, as gossip messages come.
    await nextTurn();
  }
  await all.promise;
  // All data has arrived; errors of two ends that close at the same time are not part of this test.
  await Promise.allSettled([sender.close(), receiver.close()]);
  return { updates: updates(), received };
}

function countUpdates(connection: MultiaddrConnection): () => number {
  let updates = 0;
  const write = connection.send.bind(connection);
  connection.send = (data) => {
    const header = data.subarray(0, HEADER_BYTES);
    if (header[TYPE_OFFSET] === WINDOW_UPDATE) updates++;
    return write(data);
  };
  return () => updates;
}
