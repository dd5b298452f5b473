import { mock } from 'node:test';

/**
 * Turns of the event loop after a step of the clock: promises and immediates that follow from a timer settle in them.
 */
const SETTLE_TURNS = 3;

/**
 * A clock that only the test moves: `setTimeout`, `setInterval`, `AbortSignal.timeout`, `Date` and `performance.now` of
 * this process. Immediates and I/O stay real. Dispose it after the test.
 */
export class FakeClock implements Disposable {
  readonly #performanceNow;
  readonly #signalTimeout;

  constructor() {
    mock.timers.enable({ apis: ['setTimeout', 'setInterval', 'Date'], now: Date.now() });
    // Stays monotonic in a test that sets the date.
    const now = Date.now.bind(Date);
    const startedAt = now();
    this.#performanceNow = mock.method(performance, 'now', () => now() - startedAt);
    this.#signalTimeout = mock.method(AbortSignal, 'timeout', (milliseconds: number) => {
      const controller = new AbortController();
      setTimeout(() => {
        controller.abort(new DOMException('The operation was aborted due to timeout', 'TimeoutError'));
      }, milliseconds);
      return controller.signal;
    });
  }

  /** Moves the time on in steps, and after each step lets what became due run, with what follows from it. */
  async advance(milliseconds: number, stepMs = milliseconds): Promise<void> {
    await this.settle();
    for (let remaining = milliseconds; remaining > 0; remaining -= stepMs) {
      mock.timers.tick(Math.min(stepMs, remaining));
      await this.settle();
    }
  }

  /** Moves the time on until the work settles, and returns or throws what it does. */
  async run<T>(work: Promise<T>, stepMs = 10, maxMs = 60_000): Promise<T> {
    const state = { settled: false };
    const onSettled = (): void => {
      state.settled = true;
    };
    work.then(onSettled, onSettled);
    for (let elapsed = 0; !state.settled && elapsed < maxMs; elapsed += stepMs) await this.advance(stepMs);
    if (!state.settled) throw new Error(`The work did not settle within ${maxMs} ms`);
    return work;
  }

  /** Lets promises and immediates run without moving the time. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < SETTLE_TURNS; turn++) await new Promise((resolve) => setImmediate(resolve));
  }

  [Symbol.dispose](): void {
    this.#performanceNow.mock.restore();
    this.#signalTimeout.mock.restore();
    mock.timers.reset();
  }
}
