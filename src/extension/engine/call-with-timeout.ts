import { GgenError } from '../../shared/errors.ts';

/**
 * Run a call of the engine under a bound and the caller's own signal.
 *
 * @throws GgenError TimedOut when the bound ends it; AbortError when the caller does
 */
export async function callWithTimeout<T>(
  timeoutMs: number,
  signal: AbortSignal | undefined,
  call: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const timeoutSignal = AbortSignal.timeout(timeoutMs);
  try {
    return await call(signal === undefined ? timeoutSignal : AbortSignal.any([signal, timeoutSignal]));
  } catch (error) {
    if (!timeoutSignal.aborted || signal?.aborted === true) throw error;
    throw new GgenError('TimedOut', `The engine did not answer within ${timeoutMs / 1000} seconds.`);
  }
}
