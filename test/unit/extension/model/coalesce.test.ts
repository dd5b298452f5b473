import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { Coalescer } from '../../../../src/extension/model/coalescer.ts';

describe('coalescing of refreshes', () => {
  it('runs the first immediately, and one for all that follow in a burst', async () => {
    let runs = 0;
    const seen: number[] = [];
    const { promise, resolve } = Promise.withResolvers<undefined>();
    let value = 0;
    const coalescer = new Coalescer(() => {
      runs++;
      seen.push(value);
      if (runs === 2) resolve(undefined);
    }, 5);
    for (value = 1; value <= 100; value++) coalescer.request();
    assert.deepEqual(seen, [1]);
    await promise;
    assert.deepEqual(seen, [1, 101]);
    coalescer.dispose();
  });

  it('does not run after disposal', async () => {
    let runs = 0;
    const coalescer = new Coalescer(() => runs++, 1);
    coalescer.request();
    coalescer.request();
    coalescer.dispose();
    await delay(10);
    assert.equal(runs, 1);
  });
});
