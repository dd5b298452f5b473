import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { Headroom } from '../../../../src/worker/transfer/headroom.ts';

const MIB = 1024 * 1024;

function work(milliseconds: number): void {
  for (const end = performance.now() + milliseconds; performance.now() < end;) continue;
}

describe('headroom of a transfer', () => {
  it('is not known before anything came', async () => {
    const headroom = new Headroom();
    await delay(50);
    assert.equal(headroom.look(), false);
  });

  it('is not left while this thread works with what comes', () => {
    const headroom = new Headroom();
    headroom.received(MIB);
    work(20);
    assert.equal(headroom.look(), false);
  });

  it('is left while it waits', async () => {
    const headroom = new Headroom();
    headroom.received(MIB);
    await delay(50);
    assert.equal(headroom.look(), true);
  });

  it('is left when this thread works with something else', () => {
    const headroom = new Headroom();
    headroom.received(1_000);
    work(20);
    assert.equal(headroom.look(), true);
  });

  it('is that since the last look', async () => {
    const headroom = new Headroom();
    headroom.received(MIB);
    work(20);
    assert.equal(headroom.look(), false);
    await delay(50);
    assert.equal(headroom.look(), true);
    work(20);
    headroom.received(MIB);
    assert.equal(headroom.look(), false);
  });
});
