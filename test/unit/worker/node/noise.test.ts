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
import { thriftyNoise } from '../../../../src/worker/node/noise.ts';

/** Lengths around those at which messages are cut, and at which the cipher changes. */
const LENGTHS = [1, 15, 16, 1_183, 1_184, 1_200, 30_000, 65_519, 65_520, 200_000];

describe('noise', () => {
  it('joins no pieces of what it decrypts', async () => {
    assert.ok((await joinedBytes(thriftyNoise)) < 20_000);
  });

  it('as it comes joins all of them, or else this is of no use any more', async () => {
    assert.ok((await joinedBytes(noise)) > 500_000);
  });

  it('hands out what was sent, of any length, to either side', async () => {
    const { outbound, inbound } = await connect(thriftyNoise);
    for (const length of LENGTHS) {
      const bytes = randomBytes(length);
      assert.ok(bytes.equals(await passed(outbound, inbound, bytes)));
      assert.ok(bytes.equals(await passed(inbound, outbound, bytes)));
    }
  });

  it('ends a connection on which a bit was flipped', async () => {
    const { outbound, inbound, wire } = await connect(thriftyNoise);
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

/** How many bytes were joined while ten messages of 60 kB, each in two pieces, were sent and received. */
async function joinedBytes(make: typeof thriftyNoise): Promise<number> {
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
      received.push(await passed(outbound, inbound, new Uint8ArrayList(piece, piece)));
    }
  } finally {
    Object.defineProperty(Uint8ArrayList.prototype, 'subarray', inner ?? {});
  }
  assert.ok(received.every(({ length }) => length === 60_000));
  return joined;
}

async function passed(from: MessageStream, to: MessageStream, bytes: Uint8Array | Uint8ArrayList): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  const all = Promise.withResolvers<undefined>();
  const take = ({ data }: { readonly data: Uint8Array | Uint8ArrayList }): void => {
    pieces.push(...(data instanceof Uint8Array ? [data] : data));
    if (pieces.reduce((sum, { length }) => sum + length, 0) >= bytes.byteLength) all.resolve(undefined);
  };
  to.addEventListener('message', take);
  from.send(bytes);
  await all.promise;
  to.removeEventListener('message', take);
  return Buffer.concat(pieces);
}

async function connect(
  make: typeof thriftyNoise,
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
