import type { Diagnostic } from '../../../shared/model.ts';
import { compareVersions } from '../../records/versions.ts';
import { latestRelease } from '../../records/releases.ts';
import type { TaggedReleases } from '../../records/releases.ts';
import type { Manifest } from '../manifest/manifest.ts';

/** Says that installations without a version do not get this release, because a higher one is the latest. */
export function versionDiagnostics(
  { version, path, positions }: Pick<Manifest, 'version' | 'path' | 'positions'>,
  published: TaggedReleases,
): Diagnostic[] {
  const latest = latestRelease(published);
  if (latest === undefined || compareVersions(version, latest.version) > 0) return [];
  const message =
    `${version} is lower than ${latest.version}, which stays the latest version. Only requirements that exclude ` +
    `${latest.version} select ${version}.`;
  return [
    {
      severity: 'information',
      code: 'version-not-latest',
      message,
      path,
      ...(positions.version ?? { line: 1, column: 1 }),
    },
  ];
}
