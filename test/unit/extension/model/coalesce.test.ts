import assert from 'node:assert/strict';
import { Coalescer } from '../../../../src/extension/model/coalescer.ts';
import { FakeClock } from '../../../fake-clock.ts';

describe('coalescing of refreshes', () => {
  let clock: FakeClock;
  beforeEach(() => {
    clock = new FakeClock();
  });
  afterEach(() => {
    clock[Symbol.dispose]();
  });

  it('runs the first immediately, and one more for all others of a burst', async () => {
    const seen: number[] = [];
    let value = 0;
    const coalescer = new Coalescer(() => seen.push(value), 5);
    for (value = 1; value <= 100; value++) coalescer.request();
    assert.deepEqual(seen, [1]);
    await clock.advance(4);
    assert.deepEqual(seen, [1]);
    await clock.advance(1);
    assert.deepEqual(seen, [1, 101]);
    await clock.advance(100, 5);
    assert.deepEqual(seen, [1, 101]);
    coalescer.dispose();
  });

  it('does not run after disposal', async () => {
    let runs = 0;
    const coalescer = new Coalescer(() => runs++, 1);
    coalescer.request();
    coalescer.request();
    coalescer.dispose();
    await clock.advance(10, 1);
    assert.equal(runs, 1);
  });
});
