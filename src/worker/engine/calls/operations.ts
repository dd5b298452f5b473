import { GgenError, isAbort } from '../../../shared/errors.ts';
import type { CallOptions } from '../../../shared/api/index.ts';
import { withTimeout } from '../../../shared/async.ts';

/** How long ending waits for operations that were told to end. */
const STOP_TIMEOUT_MS = 1_500;

/** The calls that are under way. Ending the engine ends them first, so that none finds its ground gone. */
export class Operations {
  readonly #running = new Set<Promise<unknown>>();
  readonly #stopped = new AbortController();

  /** Run one call with a signal that fires when its caller gives up or the engine ends. @throws GgenError EngineStopped */
  async run<T, P>(options: CallOptions<P> | undefined, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    if (this.#isStopped()) throw engineStoppedError();
    const callerSignal = options?.signal;
    const signal =
      callerSignal === undefined ? this.#stopped.signal : AbortSignal.any([callerSignal, this.#stopped.signal]);
    // Begun in a later tick: whatever a call does wrong at once is its rejection, never a throw.
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

  /** Tell all to end, and wait until they have, within a bound. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    await withTimeout(STOP_TIMEOUT_MS, Promise.all(this.#running));
  }
}

function engineStoppedError(): GgenError {
  return new GgenError('EngineStopped', 'The engine was stopped during this operation. Try again.');
}
