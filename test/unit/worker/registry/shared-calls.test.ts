import assert from 'node:assert/strict';
import { SharedCalls } from '../../../../src/worker/registry/shared-calls.ts';

const forever = new AbortController().signal;

/** Work that the test ends, and what became of it. */
function work() {
  const done = Promise.withResolvers<string>();
  const seen: { count: number; signal?: AbortSignal; report?: (progress: number) => void } = { count: 0 };
  const run = (signal: AbortSignal, report: (progress: number) => void): Promise<string> => {
    seen.count++;
    seen.signal = signal;
    seen.report = report;
    return done.promise;
  };
  return { ...done, seen, run };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('questions that are asked once', () => {
  it('are answered for all who ask the same while it is under way, and asked again after', async () => {
    const calls = new SharedCalls<string, number>();
    const one = work();
    const answers = [1, 2, 3].map(() => calls.run('key', one.run, { signal: forever }));
    const other = calls.run('other key', () => Promise.resolve('other'), { signal: forever });
    await turn();
    assert.equal(one.seen.count, 1);
    one.resolve('answer');
    assert.deepEqual(await Promise.all(answers), ['answer', 'answer', 'answer']);
    assert.equal(await other, 'other');
    assert.equal(calls.size, 0);
    assert.equal(await calls.run('key', () => Promise.resolve('again'), { signal: forever }), 'again');
  });

  it('tell everybody how far they are, and latecomers the newest at once', async () => {
    const calls = new SharedCalls<string, number>();
    const one = work();
    const heard: Record<string, number[]> = { first: [], late: [] };
    const first = calls.run('key', one.run, { signal: forever, onProgress: (n) => heard['first']?.push(n) });
    await turn();
    one.seen.report?.(1);
    one.seen.report?.(2);
    const late = calls.run('key', one.run, { signal: forever, onProgress: (n) => heard['late']?.push(n) });
    one.seen.report?.(3);
    one.resolve('done');
    await Promise.all([first, late]);
    assert.deepEqual(heard, { first: [1, 2, 3], late: [2, 3] });
  });

  it('go on for the others when one of them cancels, and end when the last one does', async () => {
    const calls = new SharedCalls<string, number>();
    const one = work();
    const [a, b] = [new AbortController(), new AbortController()];
    const heard: number[] = [];
    const first = calls.run('key', one.run, { signal: a.signal, onProgress: (n) => heard.push(n) });
    const second = calls.run('key', one.run, { signal: b.signal });
    await turn();
    a.abort();
    await assert.rejects(first, { name: 'AbortError' });
    one.seen.report?.(1);
    assert.deepEqual(heard, [], 'who cancelled hears no more');
    assert.equal(one.seen.signal?.aborted, false);
    b.abort();
    await assert.rejects(second, { name: 'AbortError' });
    assert.equal(one.seen.signal.aborted, true);
    assert.equal(calls.size, 0);
    assert.equal(await calls.run('key', () => Promise.resolve('fresh'), { signal: forever }), 'fresh');
    one.reject(new Error('nobody hears this'));
  });

  it('fail for all who asked, and are not remembered', async () => {
    const calls = new SharedCalls<string>();
    const fail = (): Promise<string> => Promise.reject(new Error('no'));
    const both = [1, 2].map(() => calls.run('key', fail, { signal: forever }));
    for (const { status } of await Promise.allSettled(both)) assert.equal(status, 'rejected');
    assert.equal(calls.size, 0);
  });

  it('are not begun for a caller who has cancelled already', async () => {
    const calls = new SharedCalls<string, number>();
    const one = work();
    await assert.rejects(calls.run('key', one.run, { signal: AbortSignal.abort() }), { name: 'AbortError' });
    assert.equal(one.seen.count, 0);
  });
});
