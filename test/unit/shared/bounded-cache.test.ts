import assert from 'node:assert/strict';
import { BoundedCache } from '../../../src/shared/bounded-cache.ts';

describe('the bounded cache', () => {
  it('evicts the least recently used entry when it is full', () => {
    const cache = new BoundedCache<number>({ maxEntries: 2 });
    cache.set('a', 1);
    cache.set('b', 2);
    assert.equal(cache.get('a'), 1);
    cache.set('c', 3);
    assert.deepEqual([cache.get('a'), cache.get('b'), cache.get('c')], [1, undefined, 3]);
    assert.equal(cache.size, 2);
  });

  it('expires old entries, however often they are used', () => {
    let now = 0;
    const cache = new BoundedCache<number>({ maxEntries: 10, ttlMs: 100 }, () => now);
    cache.set('a', 1);
    now = 99;
    assert.equal(cache.get('a'), 1);
    now = 100;
    assert.equal(cache.get('a'), undefined);
    assert.equal(cache.size, 0);
    cache.set('a', 2);
    now = 199;
    assert.equal(cache.get('a'), 2, 'setting a value again restarts its lifetime');
  });

  it('replaces, deletes and clears', () => {
    const cache = new BoundedCache<number>({ maxEntries: 3 });
    cache.set('a', 1);
    cache.set('a', 2);
    cache.set('b', 3);
    assert.equal(cache.size, 2);
    cache.delete('a');
    assert.equal(cache.get('a'), undefined);
    cache.clear();
    assert.equal(cache.size, 0);
  });
});
