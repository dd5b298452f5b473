import assert from 'node:assert/strict';
import { BlockBufferPool } from '../../../../src/worker/dag/block-buffer-pool.ts';

const MIB = 1024 * 1024;

describe('pooled block buffers', () => {
  it('are reused after they are released, for any length', () => {
    const buffers = new BlockBufferPool();
    const first = buffers.acquire(MIB);
    buffers.release(first);
    const second = buffers.acquire(MIB - 1);
    assert.equal(second.length, MIB - 1);
    assert.equal(second.buffer, first.buffer);
  });

  it('have one owner at a time', () => {
    const buffers = new BlockBufferPool();
    const [first, second] = [buffers.acquire(MIB), buffers.acquire(MIB)];
    assert.notEqual(first.buffer, second.buffer);
    buffers.release(first);
    // Releasing a view of it, and releasing it twice, have no further effect.
    buffers.release(first.subarray(10));
    assert.notEqual(buffers.acquire(MIB).buffer, buffers.acquire(MIB).buffer);
  });

  it('accept only buffers taken from the pool', () => {
    const buffers = new BlockBufferPool();
    for (const foreign of [new Uint8Array(MIB), buffers.acquire(1_000), buffers.acquire(2 * MIB)]) {
      buffers.release(foreign);
      assert.notEqual(buffers.acquire(MIB).buffer, foreign.buffer);
    }
  });

  it('keep only a few unused buffers', () => {
    const buffers = new BlockBufferPool();
    const all = Array.from({ length: 50 }, () => buffers.acquire(MIB));
    for (const one of all) buffers.release(one);
    const known = new Set(all.map(({ buffer }) => buffer));
    const repeated = Array.from({ length: 50 }, () => buffers.acquire(MIB)).filter(({ buffer }) => known.has(buffer));
    assert.ok(repeated.length > 0 && repeated.length <= 10, `${repeated.length} were kept`);
  });
});
