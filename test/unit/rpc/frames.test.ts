import assert from 'node:assert/strict';
import { encodeFrame, FrameReader, MAX_FRAME_BYTES } from '../../../src/rpc/frames.ts';

const messages = [{ a: 1 }, 'text', [1, 2, 3], new Uint8Array([1, 2]), null, { deep: { er: ['x'.repeat(1_000)] } }];

describe('frames', () => {
  const stream = Buffer.concat(messages.map((message) => encodeFrame(message)));

  for (const size of [1, 2, 3, 4, 5, 7, 64, 1_024, 1_000_000]) {
    it(`are read from chunks of ${size} bytes`, () => {
      const reader = new FrameReader();
      const read: unknown[] = [];
      for (let at = 0; at < stream.length; at += size) read.push(...reader.push(stream.subarray(at, at + size)));
      assert.deepEqual(read, messages);
      assert.equal(reader.partial, false);
    });
  }

  it('report an incomplete frame', () => {
    const reader = new FrameReader();
    assert.equal(reader.partial, false);
    for (const byte of encodeFrame('x').subarray(0, -1)) {
      reader.push(Buffer.of(byte));
      assert.equal(reader.partial, true);
    }
  });

  it('allocate nothing for a length that is only announced', () => {
    const reader = new FrameReader();
    const header = Buffer.alloc(4);
    header.writeUInt32BE(MAX_FRAME_BYTES);
    const before = process.memoryUsage().arrayBuffers;
    assert.deepEqual(reader.push(header), []);
    assert.ok(process.memoryUsage().arrayBuffers - before < MAX_FRAME_BYTES / 2);
  });

  it('throw or succeed for arbitrary bytes, and never hang', () => {
    const base = encodeFrame({ id: 'a', list: [1, 2.5, null, undefined], map: new Map([[1, new Float64Array(3)]]) });
    let seed = 1;
    const random = (below: number): number => {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
      return Math.floor((seed / 2 ** 32) * below);
    };
    let refused = 0;
    for (let round = 0; round < 5_000; round++) {
      const bytes = Buffer.from(base);
      for (let change = 0; change <= random(4); change++) bytes[4 + random(bytes.length - 4)] = random(256);
      try {
        new FrameReader().push(bytes);
      } catch (error) {
        assert.ok(error instanceof Error);
        refused++;
      }
    }
    assert.ok(refused > 0);
  });
});
