/**
 * Whether what was said to the network at one time is to be said again now. A time in the future is that of a clock which has been
 * set right since: waiting for it could take years.
 *
 * @param lastRefreshAt milliseconds since the epoch
 * @param intervalMs milliseconds
 */
export function isRefreshDue(lastRefreshAt: number, intervalMs: number, now = Date.now()): boolean {
  return lastRefreshAt > now || now - lastRefreshAt >= intervalMs;
}
