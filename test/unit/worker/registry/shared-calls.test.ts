import assert from 'node:assert/strict';
import { SharedCalls } from '../../../../src/worker/registry/shared-calls.ts';

const forever = new AbortController().signal;

/** Work that the test ends, with its state. */
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

describe('deduplication of concurrent calls', () => {
  it('returns one result to all callers of the same call, and calls again afterwards', async () => {
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

  it('reports progress to all callers, and the latest progress to new ones immediately', async () => {
    const calls = new SharedCalls<string, number>();
    const one = work();
    const heard: Record<string, number[]> = { first: [], delayed: [] };
    const first = calls.run('key', one.run, { signal: forever, onProgress: (n) => heard['first']?.push(n) });
    await turn();
    one.seen.report?.(1);
    one.seen.report?.(2);
    const latecomer = calls.run('key', one.run, { signal: forever, onProgress: (n) => heard['delayed']?.push(n) });
    one.seen.report?.(3);
    one.resolve('done');
    await Promise.all([first, latecomer]);
    assert.deepEqual(heard, { first: [1, 2, 3], delayed: [2, 3] });
  });

  it('continues for the others when one caller cancels, and ends when the last one does', async () => {
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
    assert.deepEqual(heard, [], 'a canceled caller gets no more progress');
    assert.equal(one.seen.signal?.aborted, false);
    b.abort();
    await assert.rejects(second, { name: 'AbortError' });
    assert.equal(one.seen.signal.aborted, true);
    assert.equal(calls.size, 0);
    assert.equal(await calls.run('key', () => Promise.resolve('fresh'), { signal: forever }), 'fresh');
    one.reject(new Error('no caller waits for this'));
  });

  it('rejects for all callers, and does not cache the error', async () => {
    const calls = new SharedCalls<string>();
    const fail = (): Promise<string> => Promise.reject(new Error('no'));
    const both = [1, 2].map(() => calls.run('key', fail, { signal: forever }));
    for (const { status } of await Promise.allSettled(both)) assert.equal(status, 'rejected');
    assert.equal(calls.size, 0);
  });

  it('does not start for a canceled caller', async () => {
    const calls = new SharedCalls<string, number>();
    const one = work();
    await assert.rejects(calls.run('key', one.run, { signal: AbortSignal.abort() }), { name: 'AbortError' });
    assert.equal(one.seen.count, 0);
  });
});
