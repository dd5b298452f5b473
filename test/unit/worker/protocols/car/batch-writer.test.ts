import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import type { CID } from 'multiformats/cid';
import { readBatches } from '../../../../../src/worker/protocols/car/batch-reader.ts';
import { BatchWriter } from '../../../../../src/worker/protocols/car/batch-writer.ts';
import { BlockWriter } from '../../../../../src/worker/protocols/car/block-writer.ts';
import { CompressionPolicy } from '../../../../../src/worker/protocols/car/zstd.ts';
import { ByteStream } from '../../../../../src/worker/protocols/wire/byte-stream.ts';
import { MemoryBlocks } from '../support/memory-blocks.ts';
import { memoryStreamPair } from '../support/memory-stream.ts';

const MIB = 1024 * 1024;
const never = new AbortController().signal;

describe('batches of blocks', () => {
  /** Sends blocks as the answer to a request for them. Returns the size of the answer, and what is read of it. */
  async function sent(
    blocks: MemoryBlocks,
    cids: readonly CID[],
    policy: CompressionPolicy,
  ): Promise<{ readonly bytes: number; readonly cids: readonly string[] }> {
    const [near, far] = memoryStreamPair();
    const allowance = { chunkBytes: 64 * 1024, spend: () => Promise.resolve() };
    const out = new BlockWriter(new ByteStream(near), never, allowance);
    const wants = cids.map((cid) => ({ cid, scope: 'block' as const }));
    const writer = new BatchWriter(out, wants, policy);
    const writing = (async () => {
      for (const cid of cids) await writer.block(cid, Uint8Array.from(blocks.bytes(cid)));
      await writer.end();
      out.end();
    })();
    const stream = new ByteStream(far);
    const received: string[] = [];
    for await (const { cid, bytes } of readBatches(stream, wants, (count) => stream.waitForBytes(never, count))) {
      assert.ok(Buffer.from(bytes).equals(blocks.bytes(cid)));
      received.push(cid.toString());
    }
    await writing;
    return { bytes: near.sentBytes, cids: received };
  }

  it('hold small blocks, and each part of a large file by itself where that pays', async () => {
    const blocks = new MemoryBlocks();
    const small = await Promise.all(Array.from({ length: 50 }, (_, index) => blocks.leaf(Buffer.alloc(2_000, index))));
    const parts = await Promise.all([1, 2, 3].map((seed) => blocks.leaf(Buffer.alloc(MIB, `part ${seed} of a text `))));
    const largest = await blocks.leaf(Buffer.alloc(2 * MIB, 'as large as a block may be '));
    const noise = await blocks.leaf(randomBytes(MIB));
    const all = [...small, ...parts, noise, largest];
    const compressed = await sent(blocks, all, new CompressionPolicy(false));
    assert.deepEqual(compressed.cids, all.map(String));
    assert.ok(compressed.bytes > MIB && compressed.bytes < MIB + 20_000, `${compressed.bytes} bytes`);
    const fast = await sent(blocks, all, new CompressionPolicy(true));
    assert.deepEqual(fast.cids, all.map(String));
    assert.ok(fast.bytes > 6 * MIB && fast.bytes < 6 * MIB + 20_000, `${fast.bytes} bytes`);
  });

  it('are as many as the blocks need, also when all are empty or none is there', async () => {
    const blocks = new MemoryBlocks();
    const empty = await blocks.leaf(new Uint8Array());
    assert.deepEqual((await sent(blocks, [empty], new CompressionPolicy(true))).cids, [empty.toString()]);
    assert.deepEqual((await sent(blocks, [], new CompressionPolicy(true))).cids, []);
    const texts = await Promise.all(
      Array.from({ length: 300 }, (_, index) => blocks.leaf(Buffer.alloc(20_000, `text ${index} `))),
    );
    assert.deepEqual((await sent(blocks, texts, new CompressionPolicy(true))).cids, texts.map(String));
  });
});
