import semver from 'semver';
import type { Dependency, Release } from '../../../shared/model.ts';
import { preferredRelease, taggedRelease } from '../../records/releases.ts';
import type { TaggedReleases } from '../../records/releases.ts';
import { compareVersions, isDistTag } from '../../records/versions.ts';

/** A package, its releases and its dist-tags. */
export interface PackageCandidate extends TaggedReleases {
  readonly id: string;
  readonly publisher: string;
  readonly name: string;
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
 * named exactly this version. Pre-releases count only when the range names one of the same version, as in npm. A dist-tag
 * is satisfied by the release that it names, and by the locked one.
 */
export function satisfies(
  candidate: PackageCandidate,
  { version, yanked }: Release,
  { by, range }: Requirement,
  lockedVersion: string | undefined,
): boolean {
  if (isDistTag(range)) return version === lockedVersion || version === taggedRelease(candidate, range)?.version;
  if (yanked && version !== lockedVersion && (by !== '' || range !== version)) return false;
  return version === range || semver.satisfies(version, range);
}

/**
 * Returns the releases that satisfy a requirement in the order in which to try them: the locked one when it is preferred,
 * then the one of a dist-tag, then descending, yanked ones last.
 */
export function satisfyingReleases(
  candidate: PackageCandidate,
  requirement: Requirement,
  lockedVersion: string | undefined,
  preferLocked: boolean,
): Release[] {
  const { range } = requirement;
  const named = isDistTag(range) ? taggedRelease(candidate, range) : preferredRelease(candidate, range);
  const preference = ({ version }: Release): number =>
    preferLocked && version === lockedVersion ? 2 : version === named?.version ? 1 : 0;
  return candidate.releases
    .filter((release) => satisfies(candidate, release, requirement, lockedVersion))
    .sort(
      (a, b) =>
        preference(b) - preference(a) || Number(a.yanked) - Number(b.yanked) || compareVersions(b.version, a.version),
    );
}

export function toRequirement(by: ResolvedPackage, { requirement: range, optional }: Dependency): Requirement {
  return { by: by.candidate.id, version: by.release.version, range, optional };
}
