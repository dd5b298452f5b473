import semver from 'semver';
import type { Dependency, Release } from '../../../shared/model.ts';
import { compareVersions } from '../../records/versions.ts';

/** A package and all of its releases, as far as choosing one needs it. */
export interface PackageCandidate {
  readonly id: string;
  readonly publisher: string;
  readonly name: string;
  readonly releases: readonly Release[];
}

/** Who wants a package and how. */
export interface Requirement {
  /** Id of the package that wants it; empty for the user. */
  readonly by: string;
  /** Its version. */
  readonly version: string;
  readonly range: string;
  readonly optional: boolean;
}

/** A package whose release is chosen. */
export interface ResolvedPackage {
  readonly candidate: PackageCandidate;
  readonly release: Release;
  readonly requirements: readonly Requirement[];
}

/**
 * Whether a release is what somebody wants. A withdrawn one only where the user named exactly it, or where it is `kept`: the
 * version of the lock file. Pre-releases count only where the range names one of the same version, as in npm.
 */
export function satisfies(
  { version, yanked }: Release,
  { by, range }: Requirement,
  lockedVersion: string | undefined,
): boolean {
  if (yanked && version !== lockedVersion && (by !== '' || range !== version)) return false;
  return version === range || semver.satisfies(version, range);
}

/** Releases that suit a wish, in the order in which they are tried: the one that is kept, then from the highest down. */
export function satisfyingReleases(
  candidate: PackageCandidate,
  requirement: Requirement,
  lockedVersion: string | undefined,
): Release[] {
  const isLocked = ({ version }: Release): number => Number(version === lockedVersion);
  return candidate.releases
    .filter((release) => satisfies(release, requirement, lockedVersion))
    .sort((a, b) => isLocked(b) - isLocked(a) || compareVersions(b.version, a.version));
}

export function toRequirement(by: ResolvedPackage, { requirement: range, optional }: Dependency): Requirement {
  return { by: by.candidate.id, version: by.release.version, range, optional };
}
