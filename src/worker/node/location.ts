import { GgenError } from '../../shared/errors.ts';
import type { Location } from '../../shared/model.ts';

/** Steps of a degree, about 11 km: coarse enough to name a town and no house. */
const STEPS_PER_DEGREE = 10;
const MAX_REGION_LENGTH = 64;

/**
 * The place that the user told, as coarse as it leaves this process: rounded to 0.1 degree. It comes from the user's setting and
 * from nothing else, addresses in particular.
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

/** A place that a peer tells, rounded likewise whatever it says; `undefined` when it tells none that there is. */
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

/** Without the negative zero, which the wire would carry. */
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
