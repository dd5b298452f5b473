import semver from 'semver';
import type { Dependency, Release } from '../../../shared/model.ts';
import { compareVersions } from '../../records/versions.ts';

/** A package and its releases. */
export interface PackageCandidate {
  readonly id: string;
  readonly publisher: string;
  readonly name: string;
  readonly releases: readonly Release[];
}

/** A version range, and the package that requires it. */
export interface Requirement {
  /** Id of the dependent package; empty for the user. */
  readonly by: string;
  /** Version of the dependent package. */
  readonly version: string;
  readonly range: string;
  readonly optional: boolean;
}

/** A package with its chosen release. */
export interface ResolvedPackage {
  readonly candidate: PackageCandidate;
  readonly release: Release;
  readonly requirements: readonly Requirement[];
}

/**
 * Whether a release satisfies a requirement. A yanked one does only when it is the locked version, or when the user
 * named exactly this version. Pre-releases count only when the range names one of the same version, as in npm.
 */
export function satisfies(
  { version, yanked }: Release,
  { by, range }: Requirement,
  lockedVersion: string | undefined,
): boolean {
  if (yanked && version !== lockedVersion && (by !== '' || range !== version)) return false;
  return version === range || semver.satisfies(version, range);
}

/**
 * Returns the releases that satisfy a requirement in the order in which to try them: the locked one when it is preferred,
 * then descending, yanked ones last.
 */
export function satisfyingReleases(
  candidate: PackageCandidate,
  requirement: Requirement,
  lockedVersion: string | undefined,
  preferLocked: boolean,
): Release[] {
  const isPreferred = ({ version }: Release): number => Number(preferLocked && version === lockedVersion);
  return candidate.releases
    .filter((release) => satisfies(release, requirement, lockedVersion))
    .sort(
      (a, b) =>
        isPreferred(b) - isPreferred(a) || Number(a.yanked) - Number(b.yanked) || compareVersions(b.version, a.version),
    );
}

export function toRequirement(by: ResolvedPackage, { requirement: range, optional }: Dependency): Requirement {
  return { by: by.candidate.id, version: by.release.version, range, optional };
}
