import { clockText } from './clock-text.ts';
import { PRIVATE_FINGERPRINT } from './limits.ts';
import type { ClockComparison } from './model.ts';
import { GgenError } from './errors.ts';

/** The error of signing while the clock is so far ahead of peers that they would reject the record. */
export function clockAheadError(clock: ClockComparison): GgenError {
  const { ahead, peers } = clock;
  return new GgenError(
    'ClockAhead',
    `${clockText(clock)} They would reject the record, because its time is in the future. Nothing was published.`,
    { details: { ahead, peers } },
  );
}

/**
 * The error of publishing a draft with findings that its publisher did not accept.
 *
 * @param fingerprints of these findings; at least one
 * @returns GgenError PrivateNotAccepted or SecretsNotAccepted, with `details.fingerprints`
 */
export function notAcceptedError(fingerprints: readonly string[]): GgenError {
  const details = { fingerprints };
  if (fingerprints.includes(PRIVATE_FINGERPRINT)) {
    const message = 'The manifest marks the project as private. Nothing was published.';
    return new GgenError('PrivateNotAccepted', message, { details });
  }
  const what = fingerprints.length === 1 ? '1 possible secret' : `${fingerprints.length} possible secrets`;
  const message = `The project has ${what}. Remove or accept each one. Nothing was published.`;
  return new GgenError('SecretsNotAccepted', message, { details });
}
