import { GgenError } from '../../shared/errors.ts';

/**
 * Run a call of the engine with a timeout and the caller's own signal.
 *
 * @throws GgenError TimedOut after `timeoutMs`; AbortError when the caller's signal aborts
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
