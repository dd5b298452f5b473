import semver from 'semver';
import type { Dependency, Release } from '../../../shared/model.ts';
import { compareVersions } from '../../records/versions.ts';

/** A package and all of its releases, as far as choosing one needs it. */
export interface Candidate {
  readonly id: string;
  readonly publisher: string;
  readonly name: string;
  readonly releases: readonly Release[];
}

/** Who wants a package and how. */
export interface Wish {
  /** Id of the package that wants it; empty for the user. */
  readonly by: string;
  /** Its version. */
  readonly version: string;
  readonly requirement: string;
  readonly optional: boolean;
}

/** A package whose release is chosen. */
export interface Chosen {
  readonly candidate: Candidate;
  readonly release: Release;
  readonly wishes: readonly Wish[];
}

/**
 * Whether a release is what somebody wants. A withdrawn one only where the user named exactly it, or where it is `kept`: the
 * version of the lock file. Pre-releases count only where the range names one of the same version, as in npm.
 */
export function suits({ version, yanked }: Release, { by, requirement }: Wish, kept: string | undefined): boolean {
  if (yanked && version !== kept && (by !== '' || requirement !== version)) return false;
  return version === requirement || semver.satisfies(version, requirement);
}

/** Releases that suit a wish, in the order in which they are tried: the one that is kept, then from the highest down. */
export function suitable(candidate: Candidate, wish: Wish, kept: string | undefined): Release[] {
  const first = ({ version }: Release): number => Number(version === kept);
  return candidate.releases
    .filter((release) => suits(release, wish, kept))
    .sort((a, b) => first(b) - first(a) || compareVersions(b.version, a.version));
}

export function wishOf(by: Chosen, { requirement, optional }: Dependency): Wish {
  return { by: by.candidate.id, version: by.release.version, requirement, optional };
}
