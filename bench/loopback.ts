import { once } from 'node:events';
import type { Socket } from 'node:net';
import { connect, createServer } from 'node:net';
import { median } from './figure.ts';

/** Milliseconds for `bytes` to go over one TCP connection on loopback and come back: the floor of a question. */
export async function loopbackRoundTrip(bytes = 1_024, rounds = 200): Promise<number> {
  const server = createServer((socket) => socket.pipe(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server listens on no port.');
  const socket = connect(address.port, '127.0.0.1').setNoDelay(true);
  await once(socket, 'connect');
  const samples: number[] = [];
  for (let round = 0; round < rounds; round++) samples.push(await roundTrip(socket, Buffer.alloc(bytes)));
  socket.destroy();
  server.close();
  return median(samples);
}

async function roundTrip(socket: Socket, message: Buffer): Promise<number> {
  const began = performance.now();
  socket.write(message);
  for (let received = 0; received < message.length;) {
    const [chunk] = (await once(socket, 'data')) as [Buffer];
    received += chunk.length;
  }
  return performance.now() - began;
}
