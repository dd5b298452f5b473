import assert from 'node:assert/strict';
import { withTimeLimit } from '../../../../src/cli/session/time-limit.ts';

describe('the time limit of a command', () => {
  it('gives up work that never ends, after the time that work with a timeout of its own needs to end', async () => {
    const never = new Promise<number>(() => undefined);
    await assert.rejects(withTimeLimit(never, 10, 20), { name: 'TimedOut', message: 'Timed out after 0.01 seconds.' });
  });

  it('passes on what work within it resolves to or rejects with', async () => {
    assert.equal(await withTimeLimit(Promise.resolve(7), 60_000, 60_000), 7);
    await assert.rejects(withTimeLimit(Promise.reject(new TypeError('x')), 60_000, 60_000), TypeError);
  });
});
