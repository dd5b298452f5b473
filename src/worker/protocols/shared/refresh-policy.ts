/**
 * Whether something published in the network is due to be published again. A last time in the future comes from a clock that has
 * been corrected since; waiting for it could take years.
 *
 * @param lastRefreshAt milliseconds since the epoch
 */
export function isRefreshDue(lastRefreshAt: number, intervalMs: number, now = Date.now()): boolean {
  return lastRefreshAt > now || now - lastRefreshAt >= intervalMs;
}
