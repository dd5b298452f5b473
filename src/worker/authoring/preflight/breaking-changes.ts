import semver from 'semver';
import type { Diagnostic, ReleaseChanges } from '../../../shared/model.ts';
import type { Manifest } from '../manifest/manifest.ts';

/** Files that a message names. */
const MAX_NAMED_FILES = 3;

/**
 * Whether a version may break who uses the one before, by Semantic Versioning 2.0: another major version or, while that is
 * zero, what carets of npm and Cargo leave out: another minor version, or at 0.0 any.
 */
export function mayBeBreaking(before: string, after: string): boolean {
  return !semver.satisfies(after, `^${before.replace(/\+.*$/, '')}`, { includePrerelease: true });
}

/** Files of the last release that are gone, under a version that promises that nothing is. */
export function breakingChangeDiagnostics(changes: ReleaseChanges | undefined, manifest: Manifest): Diagnostic[] {
  if (changes === undefined || mayBeBreaking(changes.since, manifest.version)) return [];
  // Nobody builds on what configures the project's own tools.
  const removed = changes.removed.filter(({ path }) => !path.split('/').some((name) => name.startsWith('.')));
  if (removed.length === 0) return [];
  const named = removed.slice(0, MAX_NAMED_FILES).map(({ path }) => path);
  const more = removed.length > MAX_NAMED_FILES ? ` and ${removed.length - MAX_NAMED_FILES} more` : '';
  const message =
    `${manifest.version} no longer has ${named.join(', ')}${more}, which ${changes.since} had. Packages that use ${removed.length === 1 ? 'it' : 'them'} and ` +
    `update within ^${changes.since} will break. Restore the removed files, or increase the version to ${breakingVersion(changes.since)}.`;
  const at = manifest.positions.version ?? { line: 1, column: 1 };
  return [{ severity: 'warning', code: 'breaking-files-removed', message, path: manifest.path, ...at }];
}

function breakingVersion(before: string): string {
  const { major, minor, patch } = semver.parse(before) ?? { major: 0, minor: 0, patch: 0 };
  if (major > 0) return `${major + 1}.0.0`;
  return minor > 0 ? `0.${minor + 1}.0` : `0.0.${patch + 1}`;
}
