/**
 * Wait for the end of some work, good or bad, but no longer than this. Returns whether it came in time; what the work brought
 * or threw is for whoever started it.
 */
export async function withTimeout(timeoutMs: number, work: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
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
 * Wait for some work, but no longer than the caller does; the work goes on.
 *
 * @param reason what to reject with when the signal fires meanwhile; the signal's own reason when left out
 * @throws what the work throws; the signal's reason when it has fired before
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
