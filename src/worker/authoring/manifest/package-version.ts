import semver from 'semver';
import { LIMITS } from '../../../shared/limits.ts';
import { GgenError } from '../../../shared/errors.ts';
import type { ManifestKind } from '../../../shared/model.ts';
import { escapeInvisibleCharacters } from '../../paths/invisible-characters.ts';
import { typeName } from './manifest-fields.ts';
import type { RawManifest } from './manifest.ts';
import type { DiagnosticCollector } from './diagnostic-collector.ts';
import { fromPep440 } from './pep440.ts';

const HOW_TO_CHOOSE = 'or choose the version when you publish (`--version` on the command line)';

/**
 * Returns the version, or reports an error and returns an empty text.
 *
 * @param chosen the version to publish instead of the manifest's
 * @throws GgenError InvalidRequest when the chosen version is none
 */
export function packageVersion(
  report: DiagnosticCollector,
  { version: written, noVersionReason, packageTable }: RawManifest,
  kind: ManifestKind,
  chosen: string | undefined,
): string {
  const found = written === undefined ? undefined : convertVersion(written.value, kind);
  if (chosen !== undefined) {
    const version = chosenVersion(chosen, kind);
    if (written !== undefined && found?.version !== version) {
      const message = `The manifest's version is ${shownVersion(written.value)}; ${version} is published instead.`;
      report.add('warning', 'version-differs', message, written.at);
    }
    return version;
  }
  if (written === undefined || found === undefined) {
    const message =
      noVersionReason?.value ?? `The manifest has no \`version\`. Add one, for example "0.1.0", ${HOW_TO_CHOOSE}.`;
    report.add('error', 'manifest-version-missing', message, noVersionReason?.at ?? packageTable);
    return '';
  }
  if (found.version === undefined) {
    report.add('error', 'manifest-version-invalid', found.problem, written.at);
    return '';
  }
  if (found.version !== written.value) {
    const message = `The version ${shownVersion(written.value)} is published as ${found.version}, its equivalent in semantic versioning.`;
    report.add('information', 'manifest-version-converted', message, written.at);
  }
  return found.version;
}

type Conversion =
  | { readonly version: string; readonly problem?: undefined }
  | { readonly version?: undefined; readonly problem: string };

/** A version of a manifest of this kind as full semver. */
function convertVersion(value: unknown, kind: ManifestKind): Conversion {
  const python = kind === 'python' && typeof value === 'string' ? fromPep440(value) : undefined;
  if (typeof value === 'string' && python !== undefined) {
    if ('version' in python && isFullSemver(python.version)) return python;
    const { problem, suggestion } =
      'problem' in python ? python : { problem: 'SemVer does not order numbers of this size', suggestion: '1.0.0' };
    const message = `The version ${shownVersion(value)} cannot be published as it is: ${problem}. Set another one, for example "${suggestion}", ${HOW_TO_CHOOSE}.`;
    return { problem: message };
  }
  if (typeof value === 'string' && isFullSemver(value)) return { version: value };
  return { problem: versionProblem(value) };
}

/** @throws GgenError InvalidRequest */
function chosenVersion(chosen: string, kind: ManifestKind): string {
  const { version, problem } = convertVersion(chosen, kind);
  if (version !== undefined) return version;
  throw new GgenError('InvalidRequest', problem, { details: { version: chosen } });
}

function versionProblem(value: unknown): string {
  const text = typeof value === 'number' || typeof value === 'string' ? String(value) : '';
  const suggestion = suggestVersion(text);
  const advice = suggestion === undefined ? 'Use three numbers, for example "1.0.0"' : `Use "${suggestion}"`;
  if (typeof value !== 'string') return `\`version\` must be a string, but it is ${typeName(value)}. ${advice}.`;
  return `${shownVersion(value)} is not a semantic version. ${advice}.`;
}

function shownVersion(value: unknown): string {
  if (typeof value !== 'string') return typeName(value);
  return `"${escapeInvisibleCharacters(value.slice(0, LIMITS.versionLength))}"`;
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

/** Numbers that are too large for a version have no suggestion. */
const LOOSE_VERSION = /^(?!.*\d{16})[v=\s]*(\d{1,15})(?:\.(\d{1,15}))?(?:\.(\d{1,15}))?(.{0,64})$/i;

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
