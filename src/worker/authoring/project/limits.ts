import { LIMITS } from '../../../shared/defaults.ts';
import { GgenError } from '../../../shared/errors.ts';
import type { ProjectLimits } from '../../../shared/model.ts';

/** What every peer enforces: more is never published. */
const CEILING: ProjectLimits = { files: LIMITS.filesPerRelease, bytes: LIMITS.bytesPerRelease };

/**
 * The limits that hold, given those that were asked for.
 *
 * @throws GgenError InvalidRequest when they are no positive whole numbers
 */
export function checkLimits(wanted: ProjectLimits | undefined): ProjectLimits {
  if (wanted === undefined) return CEILING;
  for (const key of ['files', 'bytes'] as const) {
    if (Number.isSafeInteger(wanted[key]) && wanted[key] > 0) continue;
    throw new GgenError('InvalidRequest', `The limit of ${key} must be a whole number above zero.`);
  }
  return { files: Math.min(wanted.files, CEILING.files), bytes: Math.min(wanted.bytes, CEILING.bytes) };
}

/** Whether every peer takes no more than this either. */
export function isCeiling(unit: keyof ProjectLimits, limits: ProjectLimits): boolean {
  return limits[unit] === CEILING[unit];
}
