/**
 * Waits until some work settles, but at most `timeoutMs`.
 *
 * @returns whether the work settled in time. Its result or error is left to the caller, which still has the promise.
 */
export async function withTimeout(timeoutMs: number, work: Promise<unknown>): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const timedOut = new Promise<boolean>((resolve) => {
    timer = setTimeout(resolve, timeoutMs, false);
  });
  const settled = work.then(
    () => true,
    () => true,
  );
  const inTime = await Promise.race([settled, timedOut]);
  clearTimeout(timer);
  return inTime;
}

/**
 * Waits for some work, but at most `timeoutMs`. The work itself continues.
 *
 * @param timeoutMs `Infinity` for no limit
 * @param reason returns the error to reject with when the time has passed
 * @throws the error of the work; `reason()`
 */
export async function rejectAfterTimeout<T>(work: Promise<T>, timeoutMs: number, reason: () => Error): Promise<T> {
  if (timeoutMs === Infinity) return work;
  const timedOut = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    timedOut.reject(reason());
  }, timeoutMs);
  try {
    return await Promise.race([work, timedOut.promise]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Waits for some work until the signal fires. The work itself continues: it may be shared with other callers.
 *
 * @param reason returns the error to reject with when the signal fires during the wait; the signal's own reason by
 *   default
 * @throws the error of the work; the signal's reason when it fired before the call
 */
export async function raceSignal<T>(
  work: Promise<T>,
  signal: AbortSignal,
  reason: () => unknown = () => signal.reason,
): Promise<T> {
  signal.throwIfAborted();
  const aborted = Promise.withResolvers<never>();
  const onAbort = (): void => {
    aborted.reject(reason());
  };
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([work, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

/** Longest uninterrupted work, in milliseconds: in between, the event loop serves the network and the RPC. */
const DEFAULT_YIELD_INTERVAL_MS = 8;

/** Resolves in the next turn of the event loop, after pending I/O and timers. */
export function yieldToEventLoop(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

export interface YieldOptions {
  /** Ends the work: after each yield, the returned function throws the signal's reason when it has fired. */
  readonly signal?: AbortSignal | undefined;
  /** Yield after this many steps, also before the interval has passed; by time alone by default. */
  readonly steps?: number;
  /** Yield when this many milliseconds passed since the last yield. */
  readonly intervalMs?: number;
  /** Monotonic clock in milliseconds. */
  readonly now?: () => number;
}

/**
 * Keeps long work from blocking the event loop. Await the returned function after each step of the work: it yields when
 * enough time or steps went by since it last did, and otherwise costs one microtask.
 */
export function yieldEvery({
  signal,
  steps = Infinity,
  intervalMs = DEFAULT_YIELD_INTERVAL_MS,
  now = () => performance.now(),
}: YieldOptions = {}): () => Promise<void> {
  let lastYieldAt = now();
  let stepCount = 0;
  return async () => {
    if (++stepCount < steps && now() - lastYieldAt < intervalMs) return;
    await yieldToEventLoop();
    signal?.throwIfAborted();
    stepCount = 0;
    lastYieldAt = now();
  };
}
