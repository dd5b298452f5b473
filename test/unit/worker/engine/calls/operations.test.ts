import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Operations } from '../../../../../src/worker/engine/calls/operations.ts';

/** Work that ends when its signal fires. */
async function untilAborted(signal: AbortSignal): Promise<never> {
  if (!signal.aborted) await once(signal, 'abort');
  throw signal.reason;
}

describe('operations', () => {
  it('end with EngineStopped when the engine closes, and later ones do not start', async () => {
    const operations = new Operations();
    const running = operations.run(undefined, untilAborted);
    const ended = assert.rejects(running, { name: 'EngineStopped' });
    await operations.stop();
    await ended;
    await assert.rejects(
      operations.run(undefined, () => assert.fail('started')),
      { name: 'EngineStopped' },
    );
  });

  it('end with the reason of their caller when the caller cancels', async () => {
    const operations = new Operations();
    const caller = new AbortController();
    const running = operations.run(caller.signal, untilAborted);
    caller.abort();
    await assert.rejects(running, { name: 'AbortError' });
  });

  it('turn an error that is thrown at once into a rejection', async () => {
    const operations = new Operations();
    await assert.rejects(
      operations.run(undefined, () => {
        throw new Error('at once');
      }),
      { message: 'at once' },
    );
  });
});
