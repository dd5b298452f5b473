import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { Logger } from '../../../../src/worker/logging/logger.ts';
import { Scheduler } from '../../../../src/worker/maintenance/scheduler.ts';
import type { PeriodicTask } from '../../../../src/worker/maintenance/scheduler.ts';
import { FakeClock } from '../../../fake-clock.ts';

const HOUR_MS = 3_600_000;

describe('the scheduler', () => {
  const lines: string[] = [];
  const note = (message: string): void => void lines.push(message);
  const log: Logger = { error: note, warn: note, info: note, debug: () => undefined };
  let clock: FakeClock;
  let scheduler: Scheduler;
  beforeEach(() => {
    lines.length = 0;
    clock = new FakeClock();
    scheduler = new Scheduler(log);
  });
  afterEach(async () => {
    clock[Symbol.dispose]();
    await scheduler.stop();
  });

  function task(run: PeriodicTask['run'], options: Partial<PeriodicTask> = {}): PeriodicTask {
    return {
      name: 'sweep',
      title: 'Sweep the floor',
      intervalMs: HOUR_MS,
      initialDelayMs: 0,
      timeoutMs: HOUR_MS,
      run,
      ...options,
    };
  }

  /** Moves the clock in milliseconds until the condition holds. */
  async function until(condition: () => boolean): Promise<void> {
    for (let tries = 0; !condition(); tries++) {
      assert.ok(tries < 1_500, 'it did not come to pass');
      await clock.advance(1);
    }
  }

  /** A promise that the fake clock resolves. */
  function delay(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      setTimeout(resolve, milliseconds);
    });
  }

  it('runs a task, and shows its last run, the result and the next run', async () => {
    scheduler.add(task(() => ({ detail: '3 crumbs' })));
    await until(() => scheduler.status()[0]?.result !== undefined);
    const [status] = scheduler.status();
    assert.equal(status?.name, 'sweep');
    assert.equal(status.title, 'Sweep the floor');
    assert.equal(status.running, false);
    assert.equal(status.result, 'ok');
    assert.equal(status.detail, '3 crumbs');
    assert.ok((status.lastRun ?? Infinity) <= Date.now());
    assert.ok((status.duration ?? -1) >= 0);
    const next = (status.next ?? 0) - Date.now();
    assert.ok(next > 0.85 * HOUR_MS && next < 1.15 * HOUR_MS, 'within a tenth of its interval');
  });

  it('runs a task on time, although the clock was changed after it was scheduled', async () => {
    const { now } = Date;
    let runs = 0;
    scheduler.add(
      task(
        () => {
          runs++;
          return undefined;
        },
        { initialDelayMs: HOUR_MS },
      ),
    );
    try {
      Date.now = () => now() + 365 * 24 * HOUR_MS;
      scheduler.runSoon('sweep');
      await until(() => runs === 1);
    } finally {
      Date.now = now;
    }
  });

  it('never runs a task concurrently with itself, and reruns it when requested during a run', async () => {
    let running = 0;
    let most = 0;
    let runs = 0;
    scheduler.add(
      task(async () => {
        most = Math.max(most, ++running);
        if (++runs === 1) {
          scheduler.runSoon('sweep');
          scheduler.runSoon('sweep');
        }
        await delay(5);
        running--;
        return undefined;
      }),
    );
    await until(() => runs === 2 && running === 0);
    assert.equal(most, 1);
    await clock.advance(20, 1);
    assert.equal(runs, 2);
  });

  it('aborts a run that exceeds its timeout, and reports it', async () => {
    scheduler.add(
      task(
        async (signal) => {
          await once(signal, 'abort');
          signal.throwIfAborted();
          return undefined;
        },
        { timeoutMs: 10 },
      ),
    );
    await until(() => scheduler.status()[0]?.result !== undefined);
    assert.equal(scheduler.status()[0]?.result, 'timed-out');
    assert.equal(lines.length, 1);
  });

  it('continues after a failure, which is logged once per run', async () => {
    let runs = 0;
    scheduler.add(
      task(
        () => {
          if (++runs === 1) throw new Error('the broom is gone');
          return undefined;
        },
        { intervalMs: 1 },
      ),
    );
    await until(() => runs > 2);
    assert.deepEqual(lines, ["Background task 'Sweep the floor' failed: the broom is gone. It will be retried."]);
  });

  it('reschedules a task at the time that it returns', async () => {
    let runs = 0;
    scheduler.add(
      task(() => {
        runs++;
        return { nextRunInMs: 1 };
      }),
    );
    await until(() => runs > 2);
  });

  it('stops: aborts running tasks, waits for them, and runs nothing afterwards', async () => {
    let ended = false;
    scheduler.add(
      task(async (signal) => {
        await once(signal, 'abort');
        await delay(5);
        ended = true;
        return undefined;
      }),
    );
    let runs = 0;
    const count = (): undefined => {
      runs++;
    };
    const end = scheduler.add(task(count, { name: 'dust', intervalMs: 1 }));
    await until(() => runs > 1 && scheduler.status()[0]?.running === true);
    await end();
    const before = runs;
    await clock.advance(20, 1);
    assert.deepEqual(
      scheduler.status().map(({ name }) => name),
      ['sweep'],
    );
    const stopped = scheduler.stop();
    await clock.advance(5);
    await stopped;
    assert.equal(ended, true);
    await clock.advance(20, 1);
    assert.equal(runs, before);
    assert.deepEqual(scheduler.status(), []);
  });
});
