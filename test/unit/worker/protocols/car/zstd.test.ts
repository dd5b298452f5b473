import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import {
  CompressionYield,
  compress,
  decompress,
  hasZstd,
  isCompressible,
} from '../../../../../src/worker/protocols/car/zstd.ts';

const MIB = 1024 * 1024;

describe('Zstandard', () => {
  it('returns what went in, up to the size of a batch', async () => {
    assert.ok(hasZstd());
    for (const bytes of [Buffer.alloc(0), Buffer.from('text'), randomBytes(100_000), Buffer.alloc(4 * MIB, 'alike ')]) {
      assert.deepEqual(Buffer.from(await decompress(await compress(bytes))), bytes);
    }
    await assert.rejects(compress(Buffer.alloc(4 * MIB + 1)).then(decompress));
  });

  it('is tried for text and programs, and not for what is compressed or encrypted', async () => {
    const source = await readFile(import.meta.filename);
    const program = await readFile(process.execPath).then((bytes) => bytes.subarray(20 * MIB, 21 * MIB));
    assert.ok(isCompressible(source));
    assert.ok(isCompressible(program));
    assert.ok(isCompressible(Buffer.from(randomBytes(30_000).toString('base64'))));
    assert.ok(isCompressible(Buffer.alloc(10_000)));
    assert.ok(!isCompressible(randomBytes(10_000)));
    assert.ok(!isCompressible(gzipSync(program)));
  });
});

describe('compressing large blocks', () => {
  it('goes on where the link is slower than the compression, and ends where it is faster', () => {
    const slow = new CompressionYield();
    const fast = new CompressionYield();
    for (let count = 0; count < 8; count++) {
      assert.ok(slow.pays && fast.pays, 'nothing is judged before 8 MiB');
      for (const one of [slow, fast]) one.recordCompression(MIB, MIB / 4, 10);
      slow.recordSending(MIB / 4, 250);
      fast.recordSending(MIB / 4, 0.5);
    }
    assert.deepEqual([slow.pays, fast.pays], [true, false]);
    // The link becomes slower: older measurements fade.
    for (let count = 0; count < 40; count++) fast.recordSending(MIB, 1_000);
    assert.ok(fast.pays);
  });

  it('ends when it saves nothing', () => {
    const one = new CompressionYield();
    for (let count = 0; count < 8; count++) one.recordCompression(MIB, MIB, 10);
    one.recordSending(MIB, 1_000);
    assert.ok(!one.pays);
  });
});
