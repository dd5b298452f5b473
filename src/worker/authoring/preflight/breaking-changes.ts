import semver from 'semver';
import type { Diagnostic, ReleaseChanges } from '../../../shared/model.ts';
import type { Manifest } from '../manifest/manifest.ts';

const MAX_NAMED_FILES = 3;

/**
 * Whether a version may break users of the previous one by Semantic Versioning 2.0: another major version or, below
 * 1.0, what the carets of npm and Cargo exclude: another minor version, or any version below 0.1.
 */
export function mayBeBreaking(before: string, after: string): boolean {
  return !semver.satisfies(after, `^${before.replace(/\+.*$/, '')}`, { includePrerelease: true });
}

/** Reports removed files when the version promises compatibility. */
export function breakingChangeDiagnostics(changes: ReleaseChanges | undefined, manifest: Manifest): Diagnostic[] {
  if (changes === undefined || mayBeBreaking(changes.since, manifest.version)) return [];
  // Dot files configure the project's own tools, and no other project depends on them.
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
