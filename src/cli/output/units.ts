const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'] as const;

/** Text of a size, in powers of 1,000. */
export function bytes(count: number): string {
  let value = count;
  let unit = 0;
  while (value >= 1_000 && unit < UNITS.length - 1) {
    value /= 1_000;
    unit++;
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${UNITS[unit] ?? ''}`;
}

/** RFC 3339 text of a time in milliseconds since the Unix epoch; null for none. */
export function isoTime(time: number | undefined): string | null {
  return time === undefined ? null : new Date(time).toISOString();
}

/** Text of the time that passed since then. */
export function ago(time: number | undefined, now = Date.now()): string {
  return time === undefined ? 'never' : `${duration(Math.max(0, now - time))} ago`;
}

/** Text of a duration in milliseconds, in its largest unit. */
export function duration(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1_000);
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7_200) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 172_800) return `${Math.floor(seconds / 3_600)} h`;
  return `${Math.floor(seconds / 86_400)} d`;
}

/** A score rounded to six decimals, so that output holds no rounding errors. */
export function roundScore(value: number): number {
  return Math.round(value * 1_000_000) / 1_000_000;
}
