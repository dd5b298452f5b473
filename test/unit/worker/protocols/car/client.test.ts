import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { constants, zstdCompress } from 'node:zlib';
import type { ZstdOptions } from 'node:zlib';
import { encode } from '@ipld/dag-cbor';
import type { CID } from 'multiformats/cid';
import { encode as varint } from 'uint8-varint';
import { CarSession } from '../../../../../src/worker/protocols/car/client.ts';
import type { CarSessionOptions } from '../../../../../src/worker/protocols/car/client.ts';
import {
  END_OF_ANSWER,
  ITEM,
  decodeCarRequest,
  encodeCarHeader,
  encodeHead,
  readFrame,
  sectionPrefix,
} from '../../../../../src/worker/protocols/car/wire.ts';
import { ByteStream } from '../../../../../src/worker/protocols/wire/byte-stream.ts';
import { MemoryBlocks } from '../support/memory-blocks.ts';
import { memoryStreamPair } from '../support/memory-stream.ts';
import type { MemoryStream } from '../support/memory-stream.ts';
import { until } from '../support/test-peer.ts';

const never = new AbortController().signal;

/** A session whose peer answers each request as a test says. */
function sessionWith(
  answer: (out: ByteStream, wants: readonly CID[], stream: MemoryStream) => Promise<void>,
  options: Partial<CarSessionOptions> = {},
): { session: CarSession; opened: MemoryStream[] } {
  const opened: MemoryStream[] = [];
  const session = new CarSession({
    open: () => {
      const [outbound, inbound] = memoryStreamPair();
      opened.push(outbound);
      const bytes = new ByteStream(inbound);
      void (async () => {
        for (;;) {
          const request = await readFrame(bytes, 1024 * 1024, (minBytes) => bytes.waitForBytes(never, minBytes));
          await answer(
            bytes,
            decodeCarRequest(request).wants.map(({ cid }) => cid),
            inbound,
          );
        }
      })().catch(() => undefined);
      return Promise.resolve(outbound);
    },
    maxChunkBytes: () => Infinity,
    onReceived: () => Promise.resolve(),
    ...options,
  });
  return { session, opened };
}

async function begin(out: ByteStream, root: CID): Promise<void> {
  await out.write(encodeHead(false), never);
  await out.write(encodeCarHeader(root), never);
}

describe('a CAR session', () => {
  const blocks = new MemoryBlocks();
  let small: CID;
  let large: CID;
  before(async () => {
    small = await blocks.leaf(randomBytes(100));
    large = await blocks.leaf(randomBytes(1_500_000));
  });

  async function send(out: ByteStream, ...cids: CID[]): Promise<void> {
    await begin(out, cids[0]!);
    for (const cid of cids) {
      await out.write(sectionPrefix(cid, blocks.bytes(cid).length), never);
      await out.write(blocks.bytes(cid), never);
    }
    await out.write(END_OF_ANSWER, never);
  }

  const wants = (...cids: CID[]): { cid: CID; scope: 'block' }[] => cids.map((cid) => ({ cid, scope: 'block' }));

  it('delivers blocks of any size one after the other, and counts their bytes', async () => {
    let counted = 0;
    let server: MemoryStream | undefined;
    const answer = (out: ByteStream, cids: readonly CID[], stream: MemoryStream): Promise<void> => {
      server = stream;
      return send(out, ...cids);
    };
    const { session } = sessionWith(answer, {
      maxChunkBytes: () => 10_000,
      onReceived: (bytes) => {
        counted += bytes;
        return Promise.resolve();
      },
    });
    const received: CID[] = [];
    let active = 0;
    await session.fetch(wants(small, large, small), async (cid, bytes) => {
      assert.equal(++active, 1);
      assert.ok(Buffer.from(bytes).equals(blocks.bytes(cid)));
      await new Promise((resolve) => setImmediate(resolve));
      received.push(cid);
      active--;
    });
    assert.deepEqual(received, [small, large, small]);
    assert.ok(counted > 1_500_200);
    assert.equal(counted, server?.sentBytes, 'also those that came while a block was stored');
  });

  it('uses one stream for all requests, and a new one after the peer closed it', async () => {
    const { session, opened } = sessionWith((out, cids) => send(out, ...cids));
    await session.fetch(wants(small), () => undefined);
    await session.fetch(wants(small), () => undefined);
    assert.equal(opened.length, 1);
    opened[0]!.breakConnection();
    await session.fetch(wants(small), () => undefined);
    assert.equal(opened.length, 2);
  });

  const VIOLATIONS: readonly [what: string, answer: (out: ByteStream) => Promise<void>][] = [
    ['is no CAR', (out) => out.write(Buffer.concat([encodeHead(false), frame({ version: 2, roots: [] })]), never)],
    ['begins with a head that is no map', (out) => out.write(frame([1]), never)],
    ['begins with bytes that are no DAG-CBOR', (out) => out.write(Buffer.from([1, 0xff]), never)],
    ['begins with a head of 2 KiB', (out) => out.write(varint(2_048), never)],
    ['has a length without end', (out) => out.write(Buffer.alloc(16, 0xff), never)],
  ];
  for (const [what, answer] of VIOLATIONS) {
    it(`rejects an answer that ${what}`, async () => {
      const { session, opened } = sessionWith(answer);
      await assert.rejects(
        session.fetch(wants(small), () => undefined),
        { name: 'ProtocolViolationError' },
      );
      assert.equal(opened[0]?.status, 'aborted');
      await assert.rejects(
        session.fetch(wants(small), () => undefined),
        { name: 'ProtocolViolationError' },
      );
    });
  }

  const BATCHES: readonly [what: string, items: () => Promise<Uint8Array>][] = [
    ['is not Zstandard', () => Promise.resolve(batchOf(Buffer.from('no frame')))],
    ['is a bomb', () => compressed(Buffer.alloc(200 * 1024 * 1024))],
    ['is slightly larger than allowed', () => compressed(Buffer.alloc(4 * 1024 * 1024 + 1))],
    [
      'needs a window of 128 MiB',
      () =>
        compressed(Buffer.alloc(1_000), { [constants.ZSTD_c_windowLog]: 27, [constants.ZSTD_c_contentSizeFlag]: 0 }),
    ],
    [
      'is announced as longer than allowed',
      () => Promise.resolve(Buffer.concat([ITEM.batch, varint(5 * 1024 * 1024)])),
    ],
    ['is empty', () => compressed(new Uint8Array())],
    ['has a block that nothing named', () => compressed(Buffer.from([7, 1, 1]))],
    ['ends within a block', () => compressed(Buffer.from([0, 100, 1]))],
    ['ends within a number', () => compressed(Buffer.from([0x80]))],
    ['has a number without end', () => compressed(Buffer.alloc(20, 0xff))],
    [
      'has a block of 3 MiB',
      () => compressed(Buffer.concat([varint(0), varint(3 * 1024 * 1024), Buffer.alloc(3 * 1024 * 1024)])),
    ],
    ['is no item', () => Promise.resolve(Buffer.from([9]))],
    ['is an empty section', () => Promise.resolve(Buffer.concat([ITEM.section, END_OF_ANSWER]))],
  ];
  for (const [what, items] of BATCHES) {
    it(`rejects a compressed answer with a batch that ${what}`, async () => {
      const answer = await items();
      const { session } = sessionWith(async (out) => {
        await out.write(encodeHead(false, true), never);
        await out.write(answer, never);
      });
      await assert.rejects(
        session.fetch(wants(small), () => undefined),
        { name: 'ProtocolViolationError' },
      );
    });
  }

  it('rejects a compressed answer that it did not ask for, and an unknown encoding', async () => {
    const { session } = sessionWith((out) => out.write(encodeHead(false, true), never), { acceptsZstd: false });
    await assert.rejects(
      session.fetch(wants(small), () => undefined),
      { name: 'ProtocolViolationError' },
    );
    const { session: other } = sessionWith((out) => out.write(frame({ busy: false, encoding: 'br' }), never));
    await assert.rejects(
      other.fetch(wants(small), () => undefined),
      { name: 'ProtocolViolationError' },
    );
  });

  it('reads blocks of compressed batches by the numbers that request and nodes give them', async () => {
    const leaf = await blocks.leaf(Buffer.from('leaf'));
    const node = await blocks.node([small, leaf]);
    const batch = [node, leaf, small].flatMap((cid, index) => [
      varint([1, 3, 0][index] ?? 9),
      varint(blocks.bytes(cid).length),
      blocks.bytes(cid),
    ]);
    const { session } = sessionWith(async (out) => {
      await out.write(encodeHead(false, true), never);
      await out.write(await compressed(Buffer.concat(batch)), never);
      await out.write(Buffer.concat([ITEM.section, sectionPrefix(large, 1_500_000)]), never);
      await out.write(blocks.bytes(large), never);
      await out.write(ITEM.end, never);
    });
    const received: string[] = [];
    await session.fetch(wants(small, node), (cid, bytes) => {
      assert.deepEqual(Buffer.from(bytes), Buffer.from(blocks.bytes(cid)));
      received.push(cid.toString());
    });
    assert.deepEqual(received, [node, leaf, small, large].map(String));
  });

  for (const [what, section] of [
    ['is longer than a block may be', () => varint(3 * 1024 * 1024)],
    ['does not begin with a CID', () => Buffer.concat([varint(50), randomBytes(50).fill(0xff, 0, 8)])],
  ] as const) {
    it(`rejects a section that ${what}`, async () => {
      const { session } = sessionWith(async (out) => {
        await begin(out, small);
        await out.write(section(), never);
      });
      await assert.rejects(
        session.fetch(wants(small), () => undefined),
        { name: 'ProtocolViolationError' },
      );
    });
  }

  it('does not call a stream that ends within a block a violation', async () => {
    for (const cid of [small, large]) {
      const { session } = sessionWith(async (out) => {
        await begin(out, cid);
        await out.write(sectionPrefix(cid, blocks.bytes(cid).length), never);
        await out.write(blocks.bytes(cid).subarray(0, 50), never);
        await out.close(never);
      });
      await assert.rejects(
        session.fetch(wants(cid), () => undefined),
        { name: 'Error', message: /ended early/ },
      );
    }
  });

  it('reports a reset in the middle of a block', async () => {
    const { session } = sessionWith(async (out, _wants, stream) => {
      await begin(out, large);
      await out.write(sectionPrefix(large, 1_500_000), never);
      await out.write(randomBytes(300_000), never);
      stream.abort(new Error('gone'));
    });
    await assert.rejects(
      session.fetch(wants(large), () => undefined),
      { name: 'StreamResetError' },
    );
  });

  it('ends all requests when one fails, with the same error', async () => {
    const { session, opened } = sessionWith((out, cids) => send(out, ...cids));
    const failed = session.fetch(wants(small), () => Promise.reject(new Error('The disk is full')));
    const next = session.fetch(wants(small), () => undefined);
    await assert.rejects(failed, /disk is full/);
    await assert.rejects(next);
    assert.equal(opened[0]?.status, 'aborted');
  });

  it('ends a request that is under way when it is closed', async () => {
    const { session, opened } = sessionWith(() => new Promise(() => undefined));
    const fetched = session.fetch(wants(small), () => undefined);
    await until(() => (opened[0]?.sentBytes ?? 0) > 0);
    session.close(new Error('The transfer was canceled'));
    await assert.rejects(fetched, /canceled/);
    assert.equal(opened[0]?.status, 'aborted');
  });

  it('reports that no stream could be opened', async () => {
    const session = new CarSession({
      open: () => Promise.reject(new Error('unreachable')),
      maxChunkBytes: () => Infinity,
      onReceived: () => Promise.resolve(),
    });
    await assert.rejects(
      session.fetch(wants(small), () => undefined),
      /unreachable/,
    );
  });
});

function batchOf(bytes: Uint8Array): Uint8Array {
  return Buffer.concat([ITEM.batch, varint(bytes.length), bytes]);
}

async function compressed(bytes: Uint8Array, params: Record<number, number> = {}): Promise<Uint8Array> {
  return batchOf(await promisify<Uint8Array, ZstdOptions, Buffer>(zstdCompress)(bytes, { params }));
}

function frame(value: unknown): Uint8Array {
  const bytes = encode(value);
  return Buffer.concat([varint(bytes.length), bytes]);
}
