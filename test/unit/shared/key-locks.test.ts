import assert from 'node:assert/strict';
import { KeyLocks } from '../../../src/shared/key-locks.ts';

describe('key locks', () => {
  it('run work for one key in order, and for different keys in parallel', async () => {
    const locks = new KeyLocks();
    const first = Promise.withResolvers<undefined>();
    const order: string[] = [];
    const run = (key: string, name: string, work: Promise<unknown> = Promise.resolve()): Promise<void> =>
      locks.run(key, async () => {
        await work;
        order.push(name);
      });
    const both = [run('a', 'a1', first.promise), run('a', 'a2')];
    await run('b', 'b1');
    assert.deepEqual(order, ['b1']);
    assert.equal(locks.has('a'), true);
    first.resolve(undefined);
    await Promise.all(both);
    assert.deepEqual(order, ['b1', 'a1', 'a2']);
    assert.equal(locks.has('a'), false);
  });

  it('continue after work that fails, and skip work whose signal fired while it waited', async () => {
    const locks = new KeyLocks();
    const controller = new AbortController();
    const failing = locks.run('a', () => Promise.reject(new Error('broken')));
    const canceled = locks.run('a', () => Promise.resolve('ran'), controller.signal);
    controller.abort(new Error('canceled'));
    await assert.rejects(failing, { message: 'broken' });
    await assert.rejects(canceled, { message: 'canceled' });
    assert.equal(await locks.run('a', () => Promise.resolve('next')), 'next');
  });
});
