import { setTimeout as delay } from 'node:timers/promises';

/** Time between two calls of `probe`. */
const POLL_INTERVAL_MS = 50;
const DEFAULT_TIMEOUT_MS = 20_000;

export interface EventuallyOptions {
  /** In milliseconds; 20 s by default. */
  readonly timeoutMs?: number | undefined;
  /** The current state, for the error's message. */
  readonly seen?: () => string | Promise<string>;
}

/**
 * Poll until the probe returns a result.
 *
 * @param what the awaited condition, for the error's message
 * @param probe returns the result; undefined or false while there is none
 * @throws Error with the awaited condition and the current state, after the timeout
 */
export async function eventually<T>(
  what: string,
  probe: () => T | undefined | false | Promise<T | undefined | false>,
  options: EventuallyOptions = {},
): Promise<T> {
  const timeout = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  const end = performance.now() + timeout;
  for (;;) {
    const answer = await probe();
    if (answer !== undefined && answer !== false) return answer;
    if (performance.now() > end) {
      const seen = options.seen === undefined ? '' : ` Seen instead: ${await options.seen()}`;
      throw new Error(`Waited ${timeout} ms in vain for ${what}.${seen}`);
    }
    await delay(POLL_INTERVAL_MS);
  }
}
