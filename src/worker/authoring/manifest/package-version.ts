import semver from 'semver';
import { LIMITS } from '../../../shared/limits.ts';
import { escapeInvisibleCharacters } from '../../paths/invisible-characters.ts';
import { typeName } from './manifest-fields.ts';
import type { RawManifest } from './manifest.ts';
import type { DiagnosticCollector } from './diagnostic-collector.ts';

/** Returns the version, or reports an error and returns an empty text. */
export function packageVersion(
  report: DiagnosticCollector,
  { version: written, noVersionReason, packageTable }: RawManifest,
): string {
  if (written === undefined) {
    const message = noVersionReason?.value ?? 'The manifest has no `version`. Add one, for example "0.1.0".';
    report.add('error', 'manifest-version-missing', message, noVersionReason?.at ?? packageTable);
    return '';
  }
  if (typeof written.value === 'string' && isFullSemver(written.value)) return written.value;
  report.add('error', 'manifest-version-invalid', versionProblem(written.value), written.at);
  return '';
}

function versionProblem(value: unknown): string {
  const text = typeof value === 'number' || typeof value === 'string' ? String(value) : '';
  const suggestion = suggestVersion(text);
  const advice = suggestion === undefined ? 'Use three numbers, for example "1.0.0"' : `Use "${suggestion}"`;
  if (typeof value !== 'string') return `\`version\` must be a string, but it is ${typeName(value)}. ${advice}.`;
  return `"${escapeInvisibleCharacters(text.slice(0, LIMITS.versionLength))}" is not a semantic version. ${advice}.`;
}

/** Strict Semantic Versioning 2.0.0 with numbers within the safe range: no leading `v`, no spaces, three numbers. */
export function isFullSemver(text: string): boolean {
  if (text.length > LIMITS.versionLength) return false;
  const version = semver.parse(text);
  if (version === null) return false;
  const build = version.build.length > 0 ? `+${version.build.join('.')}` : '';
  // Pre-release numbers above 2^53 stay texts and would not be compared by value.
  const countable = version.prerelease.every((part) => typeof part === 'number' || !/^\d+$/.test(part));
  return countable && version.version + build === text;
}

const LOOSE_VERSION = /^[v=\s]*(\d{1,15})(?:\.(\d{1,15}))?(?:\.(\d{1,15}))?(.{0,64})$/i;

/** Suggests a full version for `1.0`, `v1.2.3` or `1.0rc1`. */
export function suggestVersion(text: string): string | undefined {
  const match = LOOSE_VERSION.exec(text.trim());
  if (match === null) return undefined;
  const [, major = '0', minor = '0', patch = '0', rest = ''] = match;
  const core = [major, minor, patch].map(Number).join('.');
  const tail = rest.replace(/[^0-9A-Za-z+.-]+/g, '-').replace(/^[.-]+|[.-]+$/g, '');
  const suggestion = tail === '' || tail.startsWith('+') ? core + tail : `${core}-${tail}`;
  return isFullSemver(suggestion) ? suggestion : undefined;
}
