import { LIMITS } from './limits.ts';
import type { ClockComparison } from './model.ts';

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** Whether peers would reject what this machine signs now, or this machine what they sign. */
export function isClockWrong({ ahead }: ClockComparison): boolean {
  return Math.abs(ahead) > LIMITS.maxClockSkewMs;
}

/** Whether peers would reject what this machine signs now as being in the future. */
export function isClockAhead({ ahead }: ClockComparison): boolean {
  return ahead > LIMITS.maxClockSkewMs;
}

/** A difference of clocks in its largest fitting unit: `24 h`, `15 min`, `3 s`. */
export function clockDifference(milliseconds: number): string {
  const size = Math.abs(milliseconds);
  if (size >= 3 * DAY_MS) return `${Math.round(size / DAY_MS)} days`;
  if (size >= 2 * HOUR_MS) return `${Math.round(size / HOUR_MS)} h`;
  if (size >= 2 * MINUTE_MS) return `${Math.round(size / MINUTE_MS)} min`;
  return `${Math.round(size / SECOND_MS)} s`;
}

/** `This computer's clock is 24 h ahead of 3 peers.` */
export function clockText({ ahead, peers }: ClockComparison): string {
  const direction = ahead < 0 ? 'behind' : 'ahead of';
  return `This computer's clock is ${clockDifference(ahead)} ${direction} ${peers === 1 ? '1 peer' : `${peers} peers`}.`;
}
