import { generateKeyPair } from '@libp2p/crypto/keys';
import { peerIdFromPrivateKey } from '@libp2p/peer-id';
import { lpStream } from '@libp2p/utils';
import { multiaddr } from '@multiformats/multiaddr';
import { KAD_PROTOCOL } from '../../../src/worker/node/protocols.ts';
import type { BarePeer } from './bare-peer.ts';

/** Of the Kademlia protobuf (libp2p's specification, "kad-dht", RPC messages). */
const GET_PROVIDERS = 3;
const FIELD = { type: 0x08, key: 0x12, providers: 0x4a, id: 0x0a, address: 0x12 } as const;

/**
 * Makes a peer answer every provider query at once with many peers that do not exist, and every other query with nothing. Returns how
 * often it was asked for providers.
 */
export async function serveFakeProviders(peer: BarePeer, count: number): Promise<() => number> {
  const fakePeers = await Promise.all(
    Array.from({ length: count }, async () => peerIdFromPrivateKey(await generateKeyPair('Ed25519'))),
  );
  // No process listens on port 9 of this machine: dialing it fails at once.
  const address = multiaddr('/ip4/127.0.0.1/tcp/9').bytes;
  const providers = fakePeers.map((fakePeer) =>
    field(
      FIELD.providers,
      Buffer.concat([field(FIELD.id, fakePeer.toMultihash().bytes), field(FIELD.address, address)]),
    ),
  );
  let asked = 0;
  await peer.node.libp2p.unhandle(KAD_PROTOCOL);
  await peer.node.libp2p.handle(KAD_PROTOCOL, async (stream) => {
    try {
      const frames = lpStream(stream, { maxDataLength: 1024 * 1024 });
      const request = (await frames.read()).subarray();
      const type = request[0] === FIELD.type ? (request[1] ?? 0) : 0;
      if (type === GET_PROVIDERS) asked++;
      await frames.write(
        Buffer.concat([Buffer.from([FIELD.type, type]), ...(type === GET_PROVIDERS ? providers : [])]),
      );
    } catch {
      // The requester disconnected.
    }
  });
  return () => asked;
}

function field(tag: number, bytes: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from([tag, ...varint(bytes.length)]), bytes]);
}

function varint(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...varint(value >>> 7)];
}
