import { GgenError, isAbort } from '../../../shared/errors.ts';
import { withTimeout } from '../../../shared/async.ts';

/** How long closing waits for operations after their signals have fired. */
const STOP_TIMEOUT_MS = 1_500;

/** The calls that are running. The engine ends them first when it closes, so that no call uses a part that is closed already. */
export class Operations {
  readonly #running = new Set<Promise<unknown>>();
  readonly #stopped = new AbortController();

  /**
   * Run one call with a signal that fires when its caller cancels or the engine closes.
   *
   * @throws GgenError EngineStopped when the engine closes or is closed
   */
  async run<T>(callerSignal: AbortSignal | undefined, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    if (this.#isStopped()) throw engineStoppedError();
    const signal =
      callerSignal === undefined ? this.#stopped.signal : AbortSignal.any([callerSignal, this.#stopped.signal]);
    // Starts in a later microtask, so that an error that `work` throws at once is a rejection too.
    const running = Promise.resolve().then(() => work(signal));
    const settled = running.then(
      () => undefined,
      () => undefined,
    );
    this.#running.add(settled);
    try {
      return await running;
    } catch (error) {
      if (this.#isStopped() && callerSignal?.aborted !== true && isAbort(error)) throw engineStoppedError();
      throw error;
    } finally {
      this.#running.delete(settled);
    }
  }

  #isStopped(): boolean {
    return this.#stopped.signal.aborted;
  }

  /** Abort all calls, and wait until they have ended, at most 1.5 s. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    await withTimeout(STOP_TIMEOUT_MS, Promise.all(this.#running));
  }
}

function engineStoppedError(): GgenError {
  return new GgenError('EngineStopped', 'The engine was stopped during this operation. Try again.');
}
