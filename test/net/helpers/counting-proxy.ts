import { createConnection, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';

/** A way to a peer that counts what comes from it and goes to it. */
export interface CountingProxy {
  /** The peer's address by way of the proxy. */
  readonly address: string;
  /** Bytes that came from the peer so far, as they were on the wire: content, protocols and encryption. */
  readonly received: () => number;
  /** Bytes that went to the peer. */
  readonly sent: () => number;
  close(): Promise<void>;
}

/** @param address multiaddr of the peer: `/ip4/<host>/tcp/<port>/p2p/<peer id>` */
export async function countingProxy(address: string): Promise<CountingProxy> {
  const [, , host = '', , port = '', , id = ''] = address.split('/');
  const sockets = new Set<Socket>();
  let received = 0;
  let sent = 0;
  const server = createServer((incoming) => {
    const outgoing = createConnection(Number(port), host);
    outgoing.on('data', (chunk) => {
      received += chunk.length;
    });
    incoming.on('data', (chunk) => {
      sent += chunk.length;
    });
    for (const [socket, other] of [
      [incoming, outgoing],
      [outgoing, incoming],
    ] as const) {
      sockets.add(socket);
      socket.pipe(other);
      // One end that breaks breaks the other, as without a proxy.
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const own = (server.address() as AddressInfo).port;
  return {
    address: `/ip4/127.0.0.1/tcp/${own}/p2p/${id}`,
    received: () => received,
    sent: () => sent,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
