import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { CID } from 'multiformats/cid';
import { encodeHead, encodeCarRequest, sectionPrefix } from '../../src/worker/protocols/car/wire.ts';
import type { CarWant } from '../../src/worker/protocols/car/wire.ts';
import { CAR_PROTOCOL } from '../../src/worker/node/protocols.ts';
import { allBlocks, blockOf, randomTree } from '../random-tree.ts';
import { CarNetwork } from './helpers/car-peers.ts';
import type { TestTree } from '../random-tree.ts';
import type { AnswerWriter } from './helpers/car-peers.ts';
import { eventually } from './helpers/peers.ts';

type Answer = (requests: readonly CarWant[], out: AnswerWriter, tree: TestTree) => Promise<void>;

/** Sends every block of a request, and the third one through `change`. */
function withChangedBlock(
  change: (cid: CID, bytes: Uint8Array, out: AnswerWriter, tree: TestTree) => Promise<void>,
): Answer {
  let count = 0;
  return async (requests, out, tree) => {
    await out.begin(tree.root);
    for (const { cid } of requests) {
      const bytes = await blockOf(tree.store, cid);
      if (++count >= 3) await change(cid, bytes, out, tree);
      else await out.block(cid, bytes);
    }
    await out.end();
  };
}

const INVALID_ANSWERS: Readonly<Record<string, Answer>> = {
  'flips a bit': withChangedBlock((cid, bytes, out) => {
    const copy = Uint8Array.from(bytes);
    copy[copy.length >> 1] = (copy[copy.length >> 1] ?? 0) ^ 1;
    return out.block(cid, copy);
  }),
  'sends a shorter block': withChangedBlock((cid, bytes, out) => out.block(cid, bytes.subarray(1))),
  'sends blocks that were not requested': withChangedBlock(async (_cid, _bytes, out) => {
    const other = await randomTree([100]);
    await out.block(other.root, await blockOf(other.store, other.root));
  }),
  'sends one block without end': withChangedBlock(async (cid, bytes, out) => {
    for (;;) await out.block(cid, bytes);
  }),
  'announces a section of 200 MB': withChangedBlock((cid, _bytes, out) => out.write(sectionPrefix(cid, 200_000_000))),
  'sends noise without end': withChangedBlock(async (_cid, _bytes, out) => {
    for (;;) await out.write(randomBytes(64 * 1024).fill(0xff, 0, 1_000));
  }),
  'sends no CAR': async (_requests, out) => {
    await out.write(encodeHead(false));
    await out.write(Buffer.from('\u0005hello'));
  },
};

const STALLING_ANSWERS: Readonly<Record<string, Answer>> = {
  'never answers': (_requests, out) => out.pause(60_000),
  'stops in the middle of a block': withChangedBlock(async (cid, bytes, out) => {
    await out.write(sectionPrefix(cid, bytes.length));
    await out.write(bytes.subarray(0, 5_000));
    await out.pause(60_000);
  }),
  'sends a byte now and then': withChangedBlock(async (cid, bytes, out) => {
    await out.write(sectionPrefix(cid, bytes.length));
    for (const byte of bytes) {
      await out.write(Uint8Array.of(byte));
      await out.pause(100);
    }
  }),
  'cuts the stream in the middle of a block': withChangedBlock(async (cid, bytes, out) => {
    await out.write(sectionPrefix(cid, bytes.length));
    await out.write(bytes.subarray(0, 5_000));
    out.stream.abort(new Error('cut'));
    throw new Error('cut');
  }),
};

describe('a transfer from a provider that', () => {
  let network: CarNetwork;
  let tree: TestTree;
  before(async () => {
    tree = await randomTree(Array.from({ length: 12 }, () => 500_000));
  });
  beforeEach(() => {
    network = new CarNetwork();
  });
  afterEach(() => network.close());

  for (const [kind, answers] of [
    ['invalid', INVALID_ANSWERS],
    ['timeout', STALLING_ANSWERS],
  ] as const) {
    for (const [what, answer] of Object.entries(answers)) {
      it(`${what} continues with another provider, keeps verified blocks, and lowers the reputation of the faulty one`, async () => {
        const bad = await network.scripted((requests, out) => answer(requests, out, tree));
        const good = await network.provider(tree.store);
        const reader = await network.reader([bad, good]);
        await reader.fetch(tree);
        assert.deepEqual(await allBlocks(reader.store), await allBlocks(tree.store));
        assert.deepEqual(
          reader.failures.filter(({ peer }) => peer === good.id),
          [],
        );
        const all = [...(await allBlocks(tree.store)).values()].reduce((sum, { length }) => sum + length, 0);
        assert.equal(
          (reader.received.get(bad.id) ?? 0) + (reader.received.get(good.id) ?? 0),
          all,
          'nothing came twice',
        );
      });

      it(`${what} fails without another provider, and stores no invalid block`, async () => {
        const bad = await network.scripted((requests, out) => answer(requests, out, tree));
        const reader = await network.reader([bad]);
        await assert.rejects(reader.fetch(tree), { name: 'ContentUnavailable' });
        assert.ok(reader.failures.length > 0);
        assert.ok(
          reader.failures.every((failure) => failure.peer === bad.id && failure.kind === kind),
          JSON.stringify(reader.failures),
        );
        const right = await allBlocks(tree.store);
        for (const [key, block] of await allBlocks(reader.store)) assert.deepEqual(block, right.get(key));
      });
    }
  }

  it('is busy is retried later, without losing reputation', async () => {
    let refusals = 2;
    const provider = await network.scripted(async (requests, out) => {
      if (refusals-- > 0) {
        await out.write(encodeHead(true));
        return;
      }
      await out.begin(tree.root);
      for (const { cid } of requests) await out.block(cid, await blockOf(tree.store, cid));
      await out.end();
    });
    const reader = await network.reader([provider]);
    await reader.fetch(tree);
    assert.deepEqual(reader.failures, []);
  });
});

describe('serving a requester that', () => {
  let network: CarNetwork;
  let tree: TestTree;
  beforeEach(async () => {
    network = new CarNetwork();
    tree = await randomTree([3_000_000, 2_000]);
  });
  afterEach(() => network.close());

  async function assertServes(provider: Awaited<ReturnType<CarNetwork['provider']>>): Promise<void> {
    const reader = await network.reader([provider]);
    await reader.fetch(tree);
    assert.deepEqual(await allBlocks(reader.store), await allBlocks(tree.store));
  }

  for (const [what, request] of Object.entries({
    'sends no DAG-CBOR': Buffer.from('\u0005hello'),
    'asks for nothing': Buffer.from([4, 0xa1, 0x61, 0x76, 0x01]),
    'announces a request of 100 MB': Buffer.from([0x80, 0xc2, 0xd7, 0x2f, 1, 2, 3]),
    'sends a length without end': Buffer.alloc(64, 0xff),
  })) {
    it(`${what} resets its stream, and keeps serving others`, async () => {
      const provider = await network.provider(tree.store);
      const requester = await network.peer();
      await requester.dial(provider.address);
      const stream = await requester.node.libp2p.dialProtocol(provider.node.peerId, CAR_PROTOCOL);
      stream.send(request);
      await eventually('the stream is reset', () => stream.status === 'reset');
      await assertServes(provider);
    });
  }

  it('requests 4,097 blocks resets its stream; for 4,096 missing blocks, reports them as missing', async () => {
    const provider = await network.provider(tree.store);
    const requester = await network.peer();
    await requester.dial(provider.address);
    const requests = Array.from({ length: 4_097 }, (_, index) => ({
      cid: inventedCid(index),
      scope: 'block' as const,
    }));
    const stream = await requester.node.libp2p.dialProtocol(provider.node.peerId, CAR_PROTOCOL);
    stream.send(encodeCarRequest(requests));
    await eventually('the stream is reset', () => stream.status === 'reset');
    const reader = await network.reader([provider]);
    const answered = await requester.node.libp2p.dialProtocol(provider.node.peerId, CAR_PROTOCOL);
    let last = -1;
    answered.addEventListener('message', ({ data }) => {
      last = data.subarray().at(-1) ?? -1;
    });
    answered.send(encodeCarRequest(requests.slice(1)));
    await eventually('the answer has its end', () => last === 0);
    await reader.fetch(tree);
  });

  it('does not read uses no more memory than a stream buffers, and no slot while other peers wait', async () => {
    const large = await randomTree([40_000_000]);
    const provider = await network.provider(large.store, { transfersPerPeer: 2 });
    const requester = await network.peer();
    await requester.dial(provider.address);
    const streams = [];
    for (let index = 0; index < 8; index++) {
      const stream = await requester.node.libp2p.dialProtocol(provider.node.peerId, CAR_PROTOCOL);
      stream.pause();
      stream.send(encodeCarRequest([{ cid: large.root, scope: 'tree' }]));
      streams.push(stream);
    }
    await eventually('something was sent', () => provider.traffic.status().uploadedToday > 0);
    const other = await network.reader([provider]);
    await other.fetch(large);
    // Two answers of at most one window and one piece each, in addition to the bytes of the other reader.
    const sent = provider.traffic.status().uploadedToday;
    assert.ok(sent < 40_000_000 + 2 * 6_000_000, `${sent} bytes were sent`);
    assert.ok(streams.length === 8);
  });

  it('exceeds its concurrent requests gets a busy answer', async () => {
    const large = await randomTree([20_000_000]);
    const provider = await network.provider(large.store, { transfersPerPeer: 1 });
    const requester = await network.peer();
    await requester.dial(provider.address);
    const first = await requester.node.libp2p.dialProtocol(provider.node.peerId, CAR_PROTOCOL);
    first.pause();
    first.send(encodeCarRequest([{ cid: large.root, scope: 'tree' }]));
    await eventually('the first is answered', () => provider.traffic.status().uploadedToday > 0);
    const second = await requester.node.libp2p.dialProtocol(provider.node.peerId, CAR_PROTOCOL);
    let answer = Buffer.alloc(0);
    second.addEventListener('message', ({ data }) => {
      answer = Buffer.concat([answer, data.subarray()]);
    });
    second.send(encodeCarRequest([{ cid: large.root, scope: 'block' }]));
    await eventually('the second is refused', () => answer.equals(encodeHead(true)));
  });
});

function inventedCid(index: number): CID {
  const digest = Buffer.alloc(32);
  digest.writeUInt32BE(index);
  return CID.decode(Buffer.concat([Buffer.from([1, 0x55, 0x12, 32]), digest]));
}
