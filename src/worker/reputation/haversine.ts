import type { Location } from '../../shared/model.ts';

export type { Location };

/** Mean radius of the Earth in kilometers, the value that ggen uses. */
const EARTH_RADIUS_KM = 6371;

/** Great-circle distance in kilometers. Source: the haversine formula, on a sphere of radius 6371 km. */
export function haversineKm(from: Location, to: Location): number {
  const latitude = radians(to.latitude - from.latitude);
  const longitude = radians(to.longitude - from.longitude);
  const a =
    Math.sin(latitude / 2) ** 2 +
    Math.cos(radians(from.latitude)) * Math.cos(radians(to.latitude)) * Math.sin(longitude / 2) ** 2;
  // Rounding can lift `a` above 1 for opposite points.
  return 2 * EARTH_RADIUS_KM * Math.asin(Math.sqrt(Math.min(a, 1)));
}

function radians(degrees: number): number {
  return (degrees * Math.PI) / 180;
}
