import { PRIVATE_FINGERPRINT } from './limits.ts';
import { GgenError } from './errors.ts';

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
