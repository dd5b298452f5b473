import { errorMessage } from '../../shared/errors.ts';
import { withTimeout } from '../../shared/async.ts';
import type { Logger } from '../logging/logger.ts';

const DEFAULT_TIMEOUT_MS = 60_000;
/** How long closing waits for work after its signal has fired. */
const STOP_TIMEOUT_MS = 500;

/** Runs work that no caller waits for. Only closing the engine waits for it. */
export class Background {
  readonly #log: Logger;
  readonly #running = new Set<Promise<void>>();
  readonly #stopped = new AbortController();
  readonly #timeoutMs: number;

  /** @param timeoutMs when the signal of one piece of work fires at the latest */
  constructor(log: Logger, timeoutMs = DEFAULT_TIMEOUT_MS) {
    this.#log = log;
    this.#timeoutMs = timeoutMs;
  }

  run(label: string, work: (signal: AbortSignal) => Promise<unknown>): void {
    if (this.#stopped.signal.aborted) return;
    const signal = AbortSignal.any([this.#stopped.signal, AbortSignal.timeout(this.#timeoutMs)]);
    const running: Promise<void> = work(signal)
      .then(() => undefined)
      .catch((error: unknown) => {
        if (!this.#stopped.signal.aborted) this.#log.debug(`${label}: ${errorMessage(error)}`);
      })
      .finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  /** Abort all work, and wait until it has ended, at most 0.5 s. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    await withTimeout(STOP_TIMEOUT_MS, Promise.all(this.#running));
  }
}
