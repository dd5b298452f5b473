/** An HTTP server in a thread of its own that sends as many bytes as the path says: `/67108864`. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { ServerResponse } from 'node:http';
import { parentPort } from 'node:worker_threads';

const CHUNK = Buffer.alloc(256 * 1024, 1);

const port = parentPort;
if (port === null) throw new Error('This file runs as a worker thread.');
const server = createServer((request, response) => {
  const bytes = Number((request.url ?? '').slice(1));
  response.setHeader('Content-Length', bytes);
  // Who asked may be gone.
  send(response, bytes).catch(() => response.destroy());
}).listen(0, '127.0.0.1');
await once(server, 'listening');
const address = server.address();
if (address === null || typeof address === 'string') throw new Error('The server listens on no port.');
port.postMessage(`http://127.0.0.1:${address.port}`);
port.once('message', () => {
  server.closeAllConnections();
  server.close();
  port.close();
});

async function send(response: ServerResponse, bytes: number): Promise<void> {
  for (let left = bytes; left > 0; left -= CHUNK.length) {
    if (!response.write(CHUNK.subarray(0, Math.min(left, CHUNK.length)))) await once(response, 'drain');
  }
  response.end();
}
