/** Finds a release of a package: the latest, or by version or range. */

import semver from 'semver';
import { GgenError } from '../../shared/errors.ts';
import type { DistTag, Release } from '../../shared/model.ts';
import { compareVersions, isDistTag, isPrerelease, isVersionRange } from './versions.ts';

/** The dist-tag that installs get by default. */
export const LATEST_TAG = 'latest';

/** Releases of a package and their dist-tags. */
export interface TaggedReleases {
  readonly releases: readonly Release[];
  readonly distTags?: readonly DistTag[];
}

/**
 * The release that the publisher set as latest, else the highest that is not yanked; a pre-release only when there is no
 * other.
 */
export function latestRelease(tagged: TaggedReleases): Release | undefined {
  const { releases } = tagged;
  const set = setLatest(tagged);
  if (set !== undefined) return set;
  const offered = releases.filter((release) => !release.yanked);
  const stable = offered.filter((release) => !isPrerelease(release.version));
  return highest(stable.length > 0 ? stable : offered);
}

/** The release that the publisher set as latest; undefined when it is the default. */
function setLatest({ releases, distTags = [] }: TaggedReleases): Release | undefined {
  const version = distTags.find(({ tag }) => tag === LATEST_TAG)?.version;
  return releases.find((release) => release.version === version && !release.yanked);
}

/** The release of a dist-tag. `latest` exists in every package that is not yanked as a whole. */
export function taggedRelease(tagged: TaggedReleases, tag: string): Release | undefined {
  if (tag === LATEST_TAG) return latestRelease(tagged);
  const version = tagged.distTags?.find((one) => one.tag === tag)?.version;
  return tagged.releases.find((release) => release.version === version && !release.yanked);
}

/**
 * The release that a range prefers to higher ones: the latest, when the publisher set it and it satisfies the range, as in
 * npm (npm-pick-manifest).
 */
export function preferredRelease(tagged: TaggedReleases, range: string): Release | undefined {
  const set = setLatest(tagged);
  return set !== undefined && semver.satisfies(set.version, range) ? set : undefined;
}

/** The release that a version follows: the highest below it; undefined when there is none. */
export function releaseBefore(releases: readonly Release[], version: string): Release | undefined {
  return highest(releases.filter((release) => compareVersions(release.version, version) < 0));
}

/**
 * Finds the release for an exact version, a range or a dist-tag. An exact version matches a yanked release, too. A range
 * matches the latest when the publisher set it and it satisfies the range, else the highest release that is not yanked;
 * pre-releases match only when the range names one of the same version (as in npm), and build metadata of the range is
 * ignored. The empty text means `latest`.
 *
 * @throws GgenError InvalidRequest when the text is neither
 */
export function matchRelease(tagged: TaggedReleases, versionOrRange: string): Release | undefined {
  const { releases } = tagged;
  const exact = releases.find((release) => release.version === versionOrRange);
  if (exact !== undefined) return exact;
  const wanted = versionOrRange.trim();
  if (wanted === '') return latestRelease(tagged);
  if (isDistTag(wanted)) return taggedRelease(tagged, wanted);
  if (!isVersionRange(wanted)) {
    throw new GgenError(
      'InvalidRequest',
      `'${wanted.slice(0, 64)}' is neither a version, a version range, nor a dist-tag.`,
    );
  }
  const matching = releases.filter((release) => !release.yanked && semver.satisfies(release.version, wanted));
  return preferredRelease(tagged, wanted) ?? highest(matching);
}

function highest(releases: readonly Release[]): Release | undefined {
  return releases.reduce<Release | undefined>(
    (best, release) => (best === undefined || compareVersions(best.version, release.version) < 0 ? release : best),
    undefined,
  );
}
