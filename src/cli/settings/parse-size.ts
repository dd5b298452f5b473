import type { NumberRow } from '../../shared/settings/setting-row.ts';
import { UsageError } from '../command-line/usage-error.ts';
import { numberText } from './setting-help.ts';

const FACTORS: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  tb: 1e12,
  kib: 1024,
  mib: 1024 ** 2,
  gib: 1024 ** 3,
  tib: 1024 ** 4,
};

/**
 * A size in bytes, from a number of bytes or a text such as `20GB` (powers of 1,000) or `5GiB` (of 1,024).
 *
 * @throws UsageError when it is none, or out of the row's range
 */
export function parseSize(what: string, value: unknown, row: NumberRow): number {
  const match = /^(\d+(?:\.\d+)?) *(|b|[kmgt]i?b)$/i.exec(String(value));
  const size = Math.round(Number(match?.[1]) * (FACTORS[match?.[2]?.toLowerCase() ?? ''] ?? 1));
  const unlimited = row.zeroIsUnlimited === true;
  if (match === null || !((size >= row.min && size <= row.max) || (unlimited && size === 0))) {
    throw new UsageError(
      `${what} must be a size from ${numberText(row, row.min)} to ${numberText(row, row.max)}, for example 20GB${unlimited ? ', or 0 for no limit' : ''}, not '${String(value)}'.`,
    );
  }
  return size;
}
