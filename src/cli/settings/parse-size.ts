import { UsageError } from '../command-line/usage-error.ts';

const FACTORS: Readonly<Record<string, number>> = { '': 1, b: 1, kb: 1e3, mb: 1e6, gb: 1e9, tb: 1e12 };

/** The engine takes no smaller one. */
export const MIN_QUOTA_BYTES = 1_000_000;

/**
 * A size in bytes, from a number of bytes or a text such as `20GB`, in powers of 1,000.
 *
 * @throws UsageError when it is none, or below the least
 */
export function parseSize(what: string, value: unknown, minBytes: number): number {
  const match = /^(\d+(?:\.\d+)?) *(|b|kb|mb|gb|tb)$/i.exec(String(value));
  const size = Math.round(Number(match?.[1]) * (FACTORS[match?.[2]?.toLowerCase() ?? ''] ?? 1));
  if (match === null || !Number.isSafeInteger(size) || size < minBytes) {
    throw new UsageError(
      `${what} must be a size of at least ${minBytes} bytes, for example 20GB, not '${String(value)}'.`,
    );
  }
  return size;
}
