import { GgenError } from '../../shared/errors.ts';

/**
 * Run a call of the engine under a bound and the caller's own signal.
 *
 * @throws GgenError TimedOut when the bound ends it; AbortError when the caller does
 */
export async function bounded<T>(
  milliseconds: number,
  signal: AbortSignal | undefined,
  call: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const timeout = AbortSignal.timeout(milliseconds);
  try {
    return await call(signal === undefined ? timeout : AbortSignal.any([signal, timeout]));
  } catch (error) {
    if (!timeout.aborted || signal?.aborted === true) throw error;
    throw new GgenError('TimedOut', `The engine did not answer within ${milliseconds / 1000} seconds.`);
  }
}
