import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import {
  CompressionPolicy,
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
    for (const size of [1_024, 2_000, 10_000]) assert.ok(!isCompressible(randomBytes(size)), `${size} bytes`);
    assert.ok(isCompressible(source.subarray(0, 1_024)));
    assert.ok(isCompressible(Buffer.from(randomBytes(800).toString('base64'))));
    assert.ok(!isCompressible(gzipSync(program)));
  });
});

describe('compressing large blocks', () => {
  it('goes on where the link is slower than the compression, and ends where it is faster', () => {
    const slow = new CompressionPolicy(false);
    const fast = new CompressionPolicy(false);
    assert.ok(slow.paysForLarge && fast.paysForLarge);
    for (let count = 0; count < 3; count++) {
      for (const one of [slow, fast]) one.recordLarge(MIB, MIB / 4, 10);
      slow.recordSent(MIB / 4, 250);
      fast.recordSent(MIB / 4, 0.5);
    }
    assert.deepEqual([slow.paysForLarge, fast.paysForLarge], [true, false]);
    // The link becomes slower: older measurements fade.
    for (let count = 0; count < 40; count++) fast.recordSent(MIB, 1_000);
    assert.ok(fast.paysForLarge);
  });

  it('ends when it saves nothing', () => {
    const one = new CompressionPolicy(false);
    one.recordLarge(MIB, MIB, 10);
    assert.ok(!one.paysForLarge);
    one.recordSent(MIB, 1_000);
    assert.ok(!one.paysForLarge);
  });

  it('begins in a local network once that turns out to be slow', () => {
    const one = new CompressionPolicy(true);
    assert.ok(!one.paysForLarge);
    one.recordSent(MIB, 5);
    assert.ok(!one.paysForLarge);
    one.recordSent(MIB, 200);
    assert.ok(one.paysForLarge);
  });

  it('leaves the first small blocks of a stream to the highest level', () => {
    const one = new CompressionPolicy(true);
    const levels = [1, 2, 3, 4].map(() => one.smallLevel(MIB));
    assert.equal(levels[0], levels[1]);
    assert.ok(levels[1]! > levels[2]!);
    assert.equal(levels[2], levels[3]);
  });
});
