import { errorMessage } from '../../shared/errors.ts';
import { withTimeout } from '../../shared/async.ts';
import type { Logger } from '../logging/logger.ts';

/** How long ending waits for work that was told to end. */
const STOP_TIMEOUT_MS = 500;

/** Work that nobody waits for, except the engine at its end. */
export class Background {
  readonly #log: Logger;
  readonly #running = new Set<Promise<void>>();
  readonly #stopped = new AbortController();
  /** Longest that one piece of work may take. */
  readonly #timeoutMs: number;

  constructor(log: Logger, timeoutMs = 60_000) {
    this.#log = log;
    this.#timeoutMs = timeoutMs;
  }

  run(taskName: string, work: (signal: AbortSignal) => Promise<unknown>): void {
    if (this.#stopped.signal.aborted) return;
    const signal = AbortSignal.any([this.#stopped.signal, AbortSignal.timeout(this.#timeoutMs)]);
    const running: Promise<void> = work(signal)
      .then(() => undefined)
      .catch((error: unknown) => {
        if (!this.#stopped.signal.aborted) this.#log.debug(`${taskName}: ${errorMessage(error)}`);
      })
      .finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    await withTimeout(STOP_TIMEOUT_MS, Promise.all(this.#running));
  }
}
