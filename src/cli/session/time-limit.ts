import { rejectAfterTimeout } from '../../shared/async.ts';
import { GgenError } from '../../shared/errors.ts';

/**
 * Resolves as `work` does, which has a timeout of its own for most of what it waits for. What has none (input that never
 * comes, a disk that does not answer, an end that hangs) is given up `graceMs` later.
 *
 * @param timeoutMs `Infinity` for no limit
 * @throws GgenError TimedOut; what `work` throws
 */
export function withTimeLimit<T>(work: Promise<T>, timeoutMs: number, graceMs: number): Promise<T> {
  return rejectAfterTimeout(
    work,
    timeoutMs + graceMs,
    () => new GgenError('TimedOut', `Timed out after ${timeoutMs / 1_000} seconds.`),
  );
}
