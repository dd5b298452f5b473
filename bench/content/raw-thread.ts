/** A bare libp2p node in a thread of its own that sends as many bytes as it is asked for: what a stream can do at best. */
import { parentPort } from 'node:worker_threads';
import { barePeer } from '../../test/net/helpers/bare-peer.ts';
import { RAW_PROTOCOL } from './receiver-messages.ts';

const CHUNK = Buffer.alloc(256 * 1024, 1);

const port = parentPort;
if (port === null) throw new Error('This file must run as a worker thread.');
const peer = await barePeer();
await peer.node.libp2p.handle(RAW_PROTOCOL, async (stream) => {
  const asked = await new Promise<number>((resolve) => {
    stream.addEventListener('message', ({ data }) => {
      resolve(Number(Buffer.from(data.subarray()).readBigUInt64LE()));
    });
  });
  for (let left = asked; left > 0; left -= CHUNK.length) {
    stream.send(CHUNK.subarray(0, Math.min(left, CHUNK.length)));
    while (stream.writableNeedsDrain) {
      await new Promise<void>((resolve) => {
        stream.addEventListener(
          'drain',
          () => {
            resolve();
          },
          { once: true },
        );
      });
    }
  }
  await stream.close();
});
port.postMessage(peer.address);
port.once('message', () => {
  void peer.stop().then(() => {
    port.close();
  });
});
