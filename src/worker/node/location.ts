import { GgenError } from '../../shared/errors.ts';
import type { Location } from '../../shared/model.ts';

/** One step is about 11 km: fine enough to name a town, too coarse to name a house. */
const STEPS_PER_DEGREE = 10;
const MAX_REGION_LENGTH = 64;

/**
 * The location that the user set, rounded to 0.1 degree, which is all that leaves this process. It comes only from the user's
 * setting, never from an address.
 *
 * @throws GgenError InvalidRequest
 */
export function coarseLocation(location: Location): Location {
  const parsed = parseLocation(location);
  if (parsed === undefined) {
    throw new GgenError(
      'InvalidRequest',
      'The location must have a latitude from -90 to 90 and a longitude from -180 to 180, in degrees.',
      { details: { setting: 'location' } },
    );
  }
  return parsed;
}

/** The location that a peer sent, rounded in the same way; undefined when it sent none or an impossible one. */
export function parseLocation(value: unknown): Location | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { latitude, longitude, region } = value as Partial<Record<string, unknown>>;
  if (!isInRange(latitude, 90) || !isInRange(longitude, 180)) return undefined;
  const regionName = typeof region === 'string' ? cleaned(region) : '';
  return {
    latitude: rounded(latitude),
    longitude: rounded(longitude),
    ...(regionName === '' ? {} : { region: regionName }),
  };
}

function isInRange(value: unknown, limit: number): value is number {
  return typeof value === 'number' && Math.abs(value) <= limit;
}

/** Adding zero turns the negative zero, which would be encoded differently, into zero. */
function rounded(degrees: number): number {
  return Math.round(degrees * STEPS_PER_DEGREE) / STEPS_PER_DEGREE + 0;
}

function cleaned(text: string): string {
  return text
    .slice(0, 4 * MAX_REGION_LENGTH)
    .replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '')
    .trim()
    .slice(0, MAX_REGION_LENGTH);
}
