import { LIMITS } from '../../../shared/limits.ts';
import { GgenError } from '../../../shared/errors.ts';
import type { ProjectLimits } from '../../../shared/model.ts';

/** The limits of the protocol, which every peer enforces. */
const MAX_PROJECT_LIMITS: ProjectLimits = { files: LIMITS.filesPerRelease, bytes: LIMITS.bytesPerRelease };

/**
 * Combines the requested limits with those of the protocol.
 *
 * @throws GgenError InvalidRequest when a limit is no positive integer
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

/** Whether the limit is the protocol's, which no setting can raise. */
export function isMaxProjectLimit(unit: keyof ProjectLimits, limits: ProjectLimits): boolean {
  return limits[unit] === MAX_PROJECT_LIMITS[unit];
}
