import { errorMessage } from '../../shared/errors.ts';
import { within } from '../../shared/waiting.ts';
import type { Logger } from '../logging/log.ts';

/** How long ending waits for work that was told to end. */
const PATIENCE_MS = 500;

/** Work that nobody waits for, except the engine at its end. */
export class Background {
  readonly #log: Logger;
  readonly #running = new Set<Promise<void>>();
  readonly #stopped = new AbortController();
  /** Longest that one piece of work may take. */
  readonly #bound: number;

  constructor(log: Logger, bound = 60_000) {
    this.#log = log;
    this.#bound = bound;
  }

  run(what: string, work: (signal: AbortSignal) => Promise<unknown>): void {
    if (this.#stopped.signal.aborted) return;
    const signal = AbortSignal.any([this.#stopped.signal, AbortSignal.timeout(this.#bound)]);
    const running: Promise<void> = work(signal)
      .then(() => undefined)
      .catch((error: unknown) => {
        if (!this.#stopped.signal.aborted) this.#log.debug(`${what}: ${errorMessage(error)}`);
      })
      .finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    await within(PATIENCE_MS, Promise.all(this.#running));
  }
}
