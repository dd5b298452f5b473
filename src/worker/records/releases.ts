/** Finds a release of a package: the latest, or by version or range. */

import semver from 'semver';
import { GgenError } from '../../shared/errors.ts';
import type { Release } from '../../shared/model.ts';
import { compareVersions, isVersionRange } from './versions.ts';

/** The highest release that is not yanked; a pre-release only when there is no other. */
export function latestRelease(releases: readonly Release[]): Release | undefined {
  const offered = releases.filter((release) => !release.yanked);
  const stable = offered.filter((release) => semver.prerelease(release.version) === null);
  return highest(stable.length > 0 ? stable : offered);
}

/** The release that a version follows: the highest below it; undefined when there is none. */
export function releaseBefore(releases: readonly Release[], version: string): Release | undefined {
  return highest(releases.filter((release) => compareVersions(release.version, version) < 0));
}

/**
 * Finds the release for an exact version or a range. An exact version matches a yanked release, too. Otherwise the
 * highest match that is not yanked; pre-releases match only when the range names one of the same version (as in npm),
 * and build metadata of the range is ignored. `latest` and the empty text mean `latestRelease`.
 *
 * @throws GgenError InvalidRequest when the text is neither
 */
export function matchRelease(releases: readonly Release[], versionOrRange: string): Release | undefined {
  const exact = releases.find((release) => release.version === versionOrRange);
  if (exact !== undefined) return exact;
  const wanted = versionOrRange.trim();
  if (wanted === '' || wanted === 'latest') return latestRelease(releases);
  if (!isVersionRange(wanted)) {
    throw new GgenError('InvalidRequest', `'${wanted.slice(0, 64)}' is neither a version nor a version range.`);
  }
  return highest(releases.filter((release) => !release.yanked && semver.satisfies(release.version, wanted)));
}

function highest(releases: readonly Release[]): Release | undefined {
  return releases.reduce<Release | undefined>(
    (best, release) => (best === undefined || compareVersions(best.version, release.version) < 0 ? release : best),
    undefined,
  );
}
