import assert from 'node:assert/strict';
import { raceSignal, rejectAfterTimeout, withTimeout, yieldEvery } from '../../../src/shared/async.ts';

/** Counts the turns of the event loop that pass while work runs. */
async function countTurns(work: () => Promise<unknown>): Promise<number> {
  let turns = 0;
  let pending = setImmediate(function count() {
    turns++;
    pending = setImmediate(count);
  });
  try {
    await work();
    return turns;
  } finally {
    clearImmediate(pending);
  }
}

describe('yieldEvery', () => {
  async function runSteps(count: number, step: () => Promise<void>): Promise<void> {
    for (let index = 0; index < count; index++) await step();
  }

  it('yields to the event loop after the given number of steps', async () => {
    const step = yieldEvery({ steps: 10, intervalMs: Infinity });
    assert.equal(await countTurns(() => runSteps(9, step)), 0);
    assert.ok((await countTurns(() => runSteps(41, step))) >= 4);
  });

  it('yields when the interval has passed', async () => {
    let time = 0;
    const step = yieldEvery({ intervalMs: 8, now: () => time });
    assert.equal(await countTurns(() => runSteps(1_000, step)), 0);
    time = 8;
    assert.ok((await countTurns(step)) >= 1);
    assert.equal(await countTurns(() => runSteps(1_000, step)), 0, 'the interval starts again');
  });

  it('throws the reason of its signal after a yield', async () => {
    const controller = new AbortController();
    const step = yieldEvery({ steps: 1, signal: controller.signal });
    await step();
    controller.abort(new Error('canceled'));
    await assert.rejects(step(), { message: 'canceled' });
  });
});

describe('withTimeout', () => {
  it('reports whether the work settled in time, with a result or an error', async () => {
    assert.equal(await withTimeout(60_000, Promise.resolve()), true);
    assert.equal(await withTimeout(60_000, Promise.reject(new Error('failed'))), true);
    assert.equal(await withTimeout(1, new Promise(() => undefined)), false);
  });
});

describe('raceSignal', () => {
  it('returns the result of the work, or throws its error', async () => {
    const { signal } = new AbortController();
    assert.equal(await raceSignal(Promise.resolve(7), signal), 7);
    await assert.rejects(raceSignal(Promise.reject(new Error('failed')), signal), { message: 'failed' });
  });

  it('rejects with the reason of the signal, or the given one, when it fires first', async () => {
    const controller = new AbortController();
    const pending = new Promise<never>(() => undefined);
    const race = raceSignal(pending, controller.signal);
    const explained = raceSignal(pending, controller.signal, () => new Error('explained'));
    controller.abort(new Error('canceled'));
    await assert.rejects(race, { message: 'canceled' });
    await assert.rejects(explained, { message: 'explained' });
    await assert.rejects(raceSignal(pending, controller.signal), { message: 'canceled' });
  });
});

describe('rejectAfterTimeout', () => {
  const tooLate = (): Error => new Error('too late');

  it('settles as the work does', async () => {
    assert.equal(await rejectAfterTimeout(Promise.resolve(7), 60_000, tooLate), 7);
    await assert.rejects(rejectAfterTimeout(Promise.reject(new Error('failed')), 60_000, tooLate), {
      message: 'failed',
    });
    assert.equal(await rejectAfterTimeout(Promise.resolve(7), Infinity, tooLate), 7);
  });

  it('rejects with the given error when the time has passed', async () => {
    await assert.rejects(rejectAfterTimeout(new Promise(() => undefined), 1, tooLate), { message: 'too late' });
  });
});
