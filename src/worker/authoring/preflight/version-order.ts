import type { Diagnostic } from '../../../shared/model.ts';
import { compareVersions, hasSamePrecedence } from '../../records/versions.ts';
import { latestRelease } from '../../records/releases.ts';
import type { TaggedReleases } from '../../records/releases.ts';
import type { Manifest } from '../manifest/manifest.ts';

/**
 * Says that installations without a version do not get this release, because a higher one is the latest; and that
 * ranges cannot tell it from a published one.
 */
export function versionDiagnostics(
  manifest: Pick<Manifest, 'version' | 'path' | 'positions'>,
  published: TaggedReleases,
): Diagnostic[] {
  if (published.releases.some(({ version }) => version === manifest.version)) return [];
  return [...buildMetadataDiagnostics(manifest, published), ...orderDiagnostics(manifest, published)];
}

function buildMetadataDiagnostics(
  { version, path, positions }: Pick<Manifest, 'version' | 'path' | 'positions'>,
  { releases }: TaggedReleases,
): Diagnostic[] {
  const others = releases.filter((one) => one.version !== version && hasSamePrecedence(one.version, version));
  const similar = others.at(-1)?.version;
  if (similar === undefined) return [];
  const selected = compareVersions(version, similar) > 0 ? version : similar;
  const message =
    `${version} differs only in build metadata from ${similar}, which is published. No range can tell them apart: ` +
    `those that include them select ${selected}. Raise the version itself to avoid this.`;
  const position = positions.version ?? { line: 1, column: 1 };
  return [{ severity: 'warning', code: 'version-build-metadata', message, path, ...position }];
}

function orderDiagnostics(
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
