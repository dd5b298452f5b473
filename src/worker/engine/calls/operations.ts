import { GgenError, isAbort } from '../../../shared/errors.ts';
import type { CallOptions } from '../../../shared/api.ts';
import { within } from '../../../shared/waiting.ts';

/** How long ending waits for operations that were told to end. */
const PATIENCE_MS = 1_500;

/** The calls that are under way. Ending the engine ends them first, so that none finds its ground gone. */
export class Operations {
  readonly #running = new Set<Promise<unknown>>();
  readonly #ended = new AbortController();

  /** Run one call with a signal that fires when its caller gives up or the engine ends. @throws GgenError EngineStopped */
  async run<T, P>(options: CallOptions<P> | undefined, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    if (this.#isOver()) throw ended();
    const own = options?.signal;
    const signal = own === undefined ? this.#ended.signal : AbortSignal.any([own, this.#ended.signal]);
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
      if (this.#isOver() && own?.aborted !== true && isAbort(error)) throw ended();
      throw error;
    } finally {
      this.#running.delete(settled);
    }
  }

  #isOver(): boolean {
    return this.#ended.signal.aborted;
  }

  /** Tell all to end, and wait until they have, within a bound. */
  async stop(): Promise<void> {
    this.#ended.abort();
    await within(PATIENCE_MS, Promise.all(this.#running));
  }
}

function ended(): GgenError {
  return new GgenError('EngineStopped', 'The engine was stopped while this was under way. Try again.');
}
