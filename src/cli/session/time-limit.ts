import { GgenError } from '../../shared/errors.ts';

/**
 * Resolves as `work` does, which has a timeout of its own for most of what it waits for. What has none (input that never
 * comes, a disk that does not answer, an end that hangs) is given up `graceMs` later.
 *
 * @param timeoutMs `Infinity` for no limit
 * @throws GgenError TimedOut; what `work` throws
 */
export async function withTimeLimit<T>(work: Promise<T>, timeoutMs: number, graceMs: number): Promise<T> {
  if (timeoutMs === Infinity) return work;
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    reject(new GgenError('TimedOut', `Timed out after ${timeoutMs / 1_000} seconds.`));
  }, timeoutMs + graceMs);
  try {
    return await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
  }
}
