import { LIMITS } from '../../../shared/defaults.ts';
import { GgenError } from '../../../shared/errors.ts';
import type { ProjectLimits } from '../../../shared/model.ts';

/** What every peer enforces: more is never published. */
const MAX_PROJECT_LIMITS: ProjectLimits = { files: LIMITS.filesPerRelease, bytes: LIMITS.bytesPerRelease };

/**
 * The limits that hold, given those that were asked for.
 *
 * @throws GgenError InvalidRequest when they are no positive whole numbers
 */
export function resolveProjectLimits(requested: ProjectLimits | undefined): ProjectLimits {
  if (requested === undefined) return MAX_PROJECT_LIMITS;
  for (const key of ['files', 'bytes'] as const) {
    if (Number.isSafeInteger(requested[key]) && requested[key] > 0) continue;
    throw new GgenError('InvalidRequest', `The limit for ${key} must be a whole number above zero.`);
  }
  return {
    files: Math.min(requested.files, MAX_PROJECT_LIMITS.files),
    bytes: Math.min(requested.bytes, MAX_PROJECT_LIMITS.bytes),
  };
}

/** Whether every peer takes no more than this either. */
export function isMaxProjectLimit(unit: keyof ProjectLimits, limits: ProjectLimits): boolean {
  return limits[unit] === MAX_PROJECT_LIMITS[unit];
}
