/**
 * Whether what was said to the network at one time is to be said again now. A time in the future is that of a clock which has been
 * set right since: waiting for it could take years.
 *
 * @param at milliseconds since the epoch
 * @param pause milliseconds
 */
export function isDueAgain(at: number, pause: number, now = Date.now()): boolean {
  return at > now || now - at >= pause;
}
