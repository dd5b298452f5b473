import { LIMITS, NAME_PATTERN } from '../../../shared/limits.ts';
import { checkPath } from '../../paths/path-safety.ts';
import { escapeInvisibleCharacters } from '../../paths/invisible-characters.ts';
import { typeName } from './manifest-fields.ts';
import type { RawManifest } from './manifest.ts';
import type { DiagnosticCollector } from './diagnostic-collector.ts';

/** Longer texts are refused before they are normalized. */
const MAX_WRITTEN_NAME_LENGTH = 4 * LIMITS.nameLength;

/**
 * Normalizes a package name: lower case, without accents, other characters become dashes, `@scope/name` becomes
 * `scope-name`. Empty when nothing is left.
 */
export function normalizeName(written: string): string {
  return written
    .slice(0, MAX_WRITTEN_NAME_LENGTH)
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/\.{2,}/g, '.')
    .replace(/^[^a-z0-9]+|[^a-z0-9]+$/g, '');
}

/** Returns the package's name, or reports an error and returns an empty text. */
export function packageName(report: DiagnosticCollector, { name: written, packageTable }: RawManifest): string {
  if (written === undefined) {
    report.add(
      'error',
      'manifest-name-missing',
      'The manifest has no `name`. Add one, for example "my-pack".',
      packageTable,
    );
    return '';
  }
  const text = typeof written.value === 'string' ? written.value : undefined;
  const name = normalizeName(text ?? '');
  const problem =
    text === undefined ? `\`name\` must be a string, but it is ${typeName(written.value)}.` : nameProblem(name, text);
  if (problem !== undefined) {
    report.add('error', 'manifest-name-invalid', problem, written.at);
    return '';
  }
  if (name !== text) {
    const message = `The package name is "${name}": names consist of lowercase letters and digits, with - _ . between them.`;
    report.add('information', 'manifest-name-normalized', message, written.at);
  }
  return name;
}

function nameProblem(name: string, written: string): string | undefined {
  if (name.length > LIMITS.nameLength || written.length > MAX_WRITTEN_NAME_LENGTH) {
    return `The name is longer than ${LIMITS.nameLength} characters. Choose a shorter one.`;
  }
  if (!NAME_PATTERN.test(name)) {
    return `"${escapeInvisibleCharacters(written)}" cannot be converted to a package name. Use the letters a to z and digits, with - _ . between them.`;
  }
  // The name becomes a folder name at installation.
  const reason = checkPath(name);
  return reason === undefined
    ? undefined
    : `"${name}" cannot be used as a package name: as a folder name, it ${reason}.`;
}
