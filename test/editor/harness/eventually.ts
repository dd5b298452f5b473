import { setTimeout as delay } from 'node:timers/promises';

/** How often a condition is looked at, in milliseconds. */
const POLL_INTERVAL_MS = 50;
const DEFAULT_TIMEOUT_MS = 20_000;

export interface EventuallyOptions {
  /** In milliseconds; 20 s when left out. */
  readonly timeoutMs?: number | undefined;
  /** What is there instead, for the error's message. */
  readonly seen?: () => string | Promise<string>;
}

/**
 * Ask again and again until there is an answer.
 * @param what what is waited for, for the error's message
 * @param probe gives the answer, or undefined (or false) as long as there is none
 * @throws Error naming what was waited for, and what was seen instead
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
