import type { Localize } from './localize.ts';

const UNITS = ['kB', 'MB', 'GB', 'TB'] as const;

/** A size in powers of 1000: `0 B`, `999 B`, `1.2 kB`, `34 MB`. */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  let value = bytes;
  let unit = -1;
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${value < 9.95 ? value.toFixed(1) : Math.round(value).toFixed(0)} ${UNITS[unit] ?? 'kB'}`;
}

/**
 * The last 8 characters of a peer ID or publisher ID. IDs of one kind share their beginning, so that only the end
 * distinguishes them.
 */
export function shortId(id: string): string {
  return id.length <= 10 ? id : `…${id.slice(-8)}`;
}

/** A round-trip time: `0.4 ms`, `12 ms`. */
export function formatRtt(milliseconds: number): string {
  return milliseconds < 9.95 ? `${milliseconds.toFixed(1)} ms` : `${Math.round(milliseconds)} ms`;
}

/** The time of day for today, else date and time, in the user's language. @param time milliseconds since the epoch */
export function formatTime(time: number, now = Date.now(), language?: string): string {
  const sameDay = new Date(time).toDateString() === new Date(now).toDateString();
  return new Intl.DateTimeFormat(
    language,
    sameDay ? { timeStyle: 'short' } : { dateStyle: 'medium', timeStyle: 'short' },
  ).format(time);
}

/** `1 peer`, `2 peers`. */
export function countPeers(count: number, t: Localize): string {
  return count === 1 ? t('1 peer') : t('{0} peers', count);
}

/**
 * The number of peers that provide a package. Empty for a package without providers that is published or installed on
 * this machine, because its content is local.
 */
export function countProviders(
  summary: { readonly providers: number; readonly published: boolean; readonly installed: readonly string[] },
  t: Localize,
): string {
  if (summary.providers > 0) return t('on {0}', countPeers(summary.providers, t));
  return summary.published || summary.installed.length > 0 ? '' : t('no connected providers');
}

/** `1 file`, `2 files`. */
export function countFiles(count: number, t: Localize): string {
  return count === 1 ? t('1 file') : t('{0} files', count);
}
