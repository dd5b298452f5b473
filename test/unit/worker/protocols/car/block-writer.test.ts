import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { CID } from 'multiformats/cid';
import * as raw from 'multiformats/codecs/raw';
import { sha256 } from 'multiformats/hashes/sha2';
import { BlockWriter } from '../../../../../src/worker/protocols/car/block-writer.ts';
import { sectionPrefix } from '../../../../../src/worker/protocols/car/wire.ts';
import type { ByteStream } from '../../../../../src/worker/protocols/wire/byte-stream.ts';

const SLICE = 200_000;
const never = new AbortController().signal;

/** The chunks that were written, and the bytes that they must have. */
async function framesOf(sizes: readonly number[]): Promise<{ frames: Uint8Array[]; wanted: Buffer }> {
  const frames: Uint8Array[] = [];
  const stream: Pick<ByteStream, 'write'> = {
    write: (bytes) => {
      frames.push(bytes);
      return Promise.resolve();
    },
  };
  const writer = new BlockWriter(stream, never, { chunkBytes: SLICE, spend: () => Promise.resolve() });
  const wanted: Uint8Array[] = [];
  try {
    for (const size of sizes) {
      const bytes = randomBytes(size);
      const cid = CID.createV1(raw.code, await sha256.digest(bytes));
      wanted.push(sectionPrefix(cid, size), bytes);
      await writer.block(cid, bytes);
    }
    await writer.flush();
  } finally {
    writer.end();
  }
  return { frames, wanted: Buffer.concat(wanted) };
}

describe('the block writer', () => {
  it('splits a large block into full chunks, and sends the remainder with the preceding data', async () => {
    const { frames, wanted } = await framesOf([4 * SLICE + 300, 4 * SLICE + 300]);
    const prefix = wanted.length / 2 - 4 * SLICE - 300;
    const one = [prefix + 300, SLICE, SLICE, SLICE, SLICE];
    assert.deepEqual(
      frames.map(({ length }) => length),
      [...one, ...one],
    );
    assert.ok(wanted.equals(Buffer.concat(frames)));
  });

  for (const sizes of [
    [0],
    [1],
    [SLICE],
    [SLICE - 1],
    [SLICE + 70_000],
    Array.from({ length: 100 }, () => 2_000),
    [3, 500_000, 3],
  ]) {
    it(`sends blocks of ${[...new Set(sizes)].join(', ')} bytes whole and in order`, async () => {
      const { frames, wanted } = await framesOf(sizes);
      assert.ok(wanted.equals(Buffer.concat(frames)));
      assert.ok(frames.every(({ length }) => length > 0 && length <= SLICE));
    });
  }
});
