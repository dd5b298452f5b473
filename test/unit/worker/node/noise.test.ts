import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { generateKeyPair } from '@libp2p/crypto/keys';
import type { MessageStream, Upgrader } from '@libp2p/interface';
import { defaultLogger } from '@libp2p/logger';
import { noise } from '@libp2p/noise';
import type { NoiseComponents } from '@libp2p/noise';
import { peerIdFromPrivateKey } from '@libp2p/peer-id';
import { multiaddrConnectionPair } from '@libp2p/utils';
import { Uint8ArrayList } from 'uint8arraylist';
import { lowCopyNoise } from '../../../../src/worker/node/noise.ts';

/** Lengths around the limits at which messages are split and the cipher implementation changes. */
const LENGTHS = [1, 15, 16, 1_183, 1_184, 1_200, 30_000, 65_519, 65_520, 200_000];

describe('noise', () => {
  it('does not concatenate decrypted chunks', async () => {
    assert.ok((await joinedBytes(lowCopyNoise)) < 20_000);
  });

  it('upstream still concatenates all of them (otherwise the patch can be removed)', async () => {
    assert.ok((await joinedBytes(noise)) > 500_000);
  });

  it('delivers data of any length, in both directions', async () => {
    const { outbound, inbound } = await connect(lowCopyNoise);
    for (const length of LENGTHS) {
      const bytes = randomBytes(length);
      assert.ok(bytes.equals(await transfer(outbound, inbound, bytes)));
      assert.ok(bytes.equals(await transfer(inbound, outbound, bytes)));
    }
  });

  it('ends a connection on which a bit was flipped', async () => {
    const { outbound, inbound, wire } = await connect(lowCopyNoise);
    const closed = Promise.withResolvers<Error | undefined>();
    inbound.addEventListener('close', ({ error }) => {
      closed.resolve(error);
    });
    const send = wire.send.bind(wire);
    wire.send = (data) => {
      const bytes = Buffer.from(data.subarray());
      bytes[bytes.length >> 1]! ^= 1;
      return send(bytes);
    };
    outbound.send(randomBytes(10_000));
    assert.ok((await closed.promise) instanceof Error);
  });
});

/** Counts the bytes that were copied together while ten messages of 60 kB, each in two chunks, were transferred. */
async function joinedBytes(make: typeof lowCopyNoise): Promise<number> {
  const { outbound, inbound } = await connect(make);
  const inner = Object.getOwnPropertyDescriptor(Uint8ArrayList.prototype, 'subarray');
  const subarray = inner?.value as (this: Uint8ArrayList, ...args: unknown[]) => Uint8Array;
  const received: Uint8Array[] = [];
  let joined = 0;
  Uint8ArrayList.prototype.subarray = function (this: Uint8ArrayList, ...args) {
    const bytes = subarray.apply(this, args);
    const isView = [...this].some(({ buffer }) => buffer === bytes.buffer);
    if (!isView) joined += bytes.length;
    return bytes;
  };
  try {
    for (let count = 0; count < 10; count++) {
      const piece = randomBytes(30_000);
      received.push(await transfer(outbound, inbound, new Uint8ArrayList(piece, piece)));
    }
  } finally {
    Object.defineProperty(Uint8ArrayList.prototype, 'subarray', inner ?? {});
  }
  assert.ok(received.every(({ length }) => length === 60_000));
  return joined;
}

async function transfer(from: MessageStream, to: MessageStream, bytes: Uint8Array | Uint8ArrayList): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  const all = Promise.withResolvers<undefined>();
  const receive = ({ data }: { readonly data: Uint8Array | Uint8ArrayList }): void => {
    pieces.push(...(data instanceof Uint8Array ? [data] : data));
    if (pieces.reduce((sum, { length }) => sum + length, 0) >= bytes.byteLength) all.resolve(undefined);
  };
  to.addEventListener('message', receive);
  from.send(bytes);
  await all.promise;
  to.removeEventListener('message', receive);
  return Buffer.concat(pieces);
}

async function connect(
  make: typeof lowCopyNoise,
): Promise<{ outbound: MessageStream; inbound: MessageStream; wire: MessageStream }> {
  const [wire, otherEnd] = multiaddrConnectionPair();
  const [one, other] = await Promise.all([components(), components()]);
  const [outbound, inbound] = await Promise.all([
    make()(one).secureOutbound(wire, { remotePeer: other.peerId }),
    make()(other).secureInbound(otherEnd),
  ]);
  return { outbound: outbound.connection, inbound: inbound.connection, wire };
}

async function components(): Promise<NoiseComponents> {
  const privateKey = await generateKeyPair('Ed25519');
  const upgrader: Pick<Upgrader, 'getStreamMuxers'> = { getStreamMuxers: () => new Map() };
  return {
    privateKey,
    peerId: peerIdFromPrivateKey(privateKey),
    logger: defaultLogger(),
    upgrader: upgrader as Upgrader,
  };
}
