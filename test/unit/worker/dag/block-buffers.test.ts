import assert from 'node:assert/strict';
import { BlockBuffers } from '../../../../src/worker/dag/block-buffers.ts';

const MIB = 1024 * 1024;

describe('buffers for blocks', () => {
  it('are used again when they were given back, at whatever length', () => {
    const buffers = new BlockBuffers();
    const first = buffers.take(MIB);
    buffers.give(first);
    const second = buffers.take(MIB - 1);
    assert.equal(second.length, MIB - 1);
    assert.equal(second.buffer, first.buffer);
  });

  it('have one owner at a time', () => {
    const buffers = new BlockBuffers();
    const [first, second] = [buffers.take(MIB), buffers.take(MIB)];
    assert.notEqual(first.buffer, second.buffer);
    buffers.give(first);
    // As a view of it, and once more.
    buffers.give(first.subarray(10));
    assert.notEqual(buffers.take(MIB).buffer, buffers.take(MIB).buffer);
  });

  it('are only those that were taken there', () => {
    const buffers = new BlockBuffers();
    for (const foreign of [new Uint8Array(MIB), buffers.take(1_000), buffers.take(2 * MIB)]) {
      buffers.give(foreign);
      assert.notEqual(buffers.take(MIB).buffer, foreign.buffer);
    }
  });

  it('are not held for long: a few are enough', () => {
    const buffers = new BlockBuffers();
    const all = Array.from({ length: 50 }, () => buffers.take(MIB));
    for (const one of all) buffers.give(one);
    const known = new Set(all.map(({ buffer }) => buffer));
    const again = Array.from({ length: 50 }, () => buffers.take(MIB)).filter(({ buffer }) => known.has(buffer));
    assert.ok(again.length > 0 && again.length <= 10, `${again.length} were kept`);
  });
});
