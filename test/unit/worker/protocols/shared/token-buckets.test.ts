import assert from 'node:assert/strict';
import { TokenBuckets } from '../../../../../src/worker/protocols/shared/token-buckets.ts';

describe('token buckets', () => {
  let now = 0;
  const clock = (): number => now;
  beforeEach(() => {
    now = 0;
  });

  it('allow a burst, and then as many as are refilled', () => {
    const buckets = new TokenBuckets({ capacity: 3, perSecond: 2 }, clock);
    const countTaken = (): number => [1, 2, 3, 4, 5].filter(() => buckets.take('a')).length;
    assert.equal(countTaken(), 3);
    now += 500;
    assert.equal(countTaken(), 1);
    now += 60_000;
    assert.equal(countTaken(), 3);
  });

  it('count each key separately', () => {
    const buckets = new TokenBuckets({ capacity: 1, perSecond: 1 }, clock);
    assert.equal(buckets.take('a'), true);
    assert.equal(buckets.take('a'), false);
    assert.equal(buckets.take('b'), true);
  });

  it('delay a caller that overdrew its tokens until they are refilled', () => {
    const buckets = new TokenBuckets({ capacity: 10, perSecond: 10 }, clock);
    buckets.spend('a', 30);
    now += 2_000;
    assert.equal(buckets.has('a'), false);
    now += 1;
    assert.equal(buckets.has('a'), true);
  });

  it('keep a bounded number of keys', () => {
    const buckets = new TokenBuckets({ capacity: 1, perSecond: 1, maxKeys: 100 }, clock);
    for (let index = 0; index < 1_000; index++) buckets.take(`key ${index}`);
    assert.equal(buckets.size, 100);
    assert.equal(buckets.take('key 999'), false);
  });
});
