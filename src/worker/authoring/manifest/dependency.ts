import { LIMITS, NAME_PATTERN } from '../../../shared/limits.ts';
import type { Dependency } from '../../../shared/model.ts';
import { escapeInvisibleCharacters } from '../../paths/invisible-characters.ts';
import type { RawDependency, RequirementSyntax } from './manifest.ts';
import { isRequirement } from '../../records/versions.ts';
import { normalizeName } from './package-name.ts';
import type { DiagnosticCollector } from './diagnostic-collector.ts';

/** Same form as in `src/identity/publisher-id.ts`. */
const PUBLISHER_ID = /^z6Mk[1-9A-HJ-NP-Za-km-z]{44}$/;

/**
 * Converts dependencies to the form of a record: a valid id, a range that semver parses, no duplicates, a bounded
 * number. A range that cannot be read is an error: without it, the release would lack the dependency. What refers to a
 * path or URL is no dependency on a package, and all such entries have one remark.
 */
export function cleanDependencies(report: DiagnosticCollector, raw: readonly RawDependency[]): Dependency[] {
  const byId = new Map<string, Dependency>();
  for (const dependency of raw.filter((one) => !isReference(one))) {
    const clean = cleanDependency(report, dependency);
    if (clean === undefined) continue;
    if (byId.has(clean.id)) warn(report, dependency, `"${clean.id}" is listed twice. The first entry is used.`);
    else byId.set(clean.id, clean);
  }
  reportReferences(report, raw.filter(isReference));
  const dependencies = [...byId.values()];
  if (dependencies.length > LIMITS.dependencies) {
    const message = `There are ${dependencies.length} dependencies; only the first ${LIMITS.dependencies} are published.`;
    report.add('warning', 'manifest-dependency', message, raw[0]?.at.slice(0, -1));
  }
  return dependencies.slice(0, LIMITS.dependencies);
}

/** A path, a URL, or a protocol such as `workspace:` and `file:`. */
const REFERENCE = /[\\/]|^[a-z][a-z+]*:/i;
const MAX_NAMED_REFERENCES = 3;

function isReference({ requirement }: RawDependency): boolean {
  return REFERENCE.test(requirement.trim());
}

function reportReferences(report: DiagnosticCollector, references: readonly RawDependency[]): void {
  const [first] = references;
  if (first === undefined) return;
  const named = references
    .slice(0, MAX_NAMED_REFERENCES)
    .map(({ id }) => `"${escapeInvisibleCharacters(id.slice(0, LIMITS.nameLength))}"`);
  const more = references.length > named.length ? ` and ${references.length - named.length} more` : '';
  const written = escapeInvisibleCharacters(first.requirement.trim().slice(0, LIMITS.versionLength));
  const subject = references.length === 1 ? 'It is not a dependency' : 'They are not dependencies';
  const verb = references.length === 1 ? 'refers' : 'refer';
  const message =
    `${named.join(', ')}${more} ${verb} to a path or URL, such as "${written}". ` +
    `${subject} on a package with a version range, and not published as such.`;
  report.add('warning', 'manifest-dependency-reference', message, first.at);
}

function cleanDependency(report: DiagnosticCollector, dependency: RawDependency): Dependency | undefined {
  const shown = escapeInvisibleCharacters(dependency.id.slice(0, LIMITS.nameLength));
  const id = dependencyId(dependency.id);
  if (id === undefined) {
    report.add('error', 'manifest-dependency-id', idProblem(dependency.id, shown), dependency.at);
    return undefined;
  }
  const requirement = normalizeRequirement(dependency.requirement, dependency.syntax);
  if (requirement === undefined) {
    const written = escapeInvisibleCharacters(dependency.requirement.slice(0, LIMITS.versionLength));
    const message = `"${written}", required for "${shown}", is neither a version range such as \`^1.2\` nor a dist-tag.`;
    report.add('error', 'manifest-dependency-range', message, dependency.at);
    return undefined;
  }
  return { id, requirement, optional: dependency.optional };
}

/**
 * Returns the package id that a manifest refers to; undefined when the text is none. Nothing is rewritten: a name that
 * the author did not write could be another publisher's package.
 */
export function dependencyId(written: string): string | undefined {
  const slash = written.indexOf('/');
  if (slash >= 0 && !PUBLISHER_ID.test(written.slice(0, slash))) return undefined;
  const name = written.slice(slash + 1);
  return NAME_PATTERN.test(name) && name.length <= LIMITS.nameLength ? written : undefined;
}

function idProblem(written: string, shown: string): string {
  const problem = `"${shown}" is not a package ID`;
  const slash = written.indexOf('/');
  const publisher = written.slice(0, Math.max(slash, 0));
  if (slash >= 0 && !PUBLISHER_ID.test(publisher)) {
    const owner = escapeInvisibleCharacters(publisher.slice(0, LIMITS.nameLength));
    return `${problem}: "${owner}" is not a publisher ID. Write \`name\`, or \`publisher/name\` with the publisher's full ID.`;
  }
  const similar = normalizeName(written.slice(slash + 1));
  const isName = NAME_PATTERN.test(similar) && similar.length <= LIMITS.nameLength;
  const suggestion = isName ? `, for example "${publisher === '' ? '' : `${publisher}/`}${similar}"` : '';
  return `${problem}: names consist of lowercase letters and digits, with - _ . between them${suggestion}.`;
}

/** A bare version in Cargo's and ggen's requirements: `1.2` means `^1.2`. */
const BARE_VERSION = /^\d+(?:\.\d+){0,2}(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?$/;

/**
 * Converts a requirement to an equivalent semver range; a dist-tag stays one. Undefined when the text is no requirement.
 *
 * @param syntax `ggen`, as Cargo: a bare version gets a caret, commas become spaces. `npm`: the text is a range already,
 *   and a bare version is exact
 */
export function normalizeRequirement(written: string, syntax: RequirementSyntax = 'ggen'): string | undefined {
  const text = written.trim();
  if (text === '' || text === 'latest') return '*';
  const range = syntax === 'npm' ? text : fromGgen(text);
  return isRequirement(range) ? range : undefined;
}

function fromGgen(text: string): string {
  return text
    .split(',')
    .map((part) => part.trim())
    .map((part) => (BARE_VERSION.test(part) ? `^${part}` : part))
    .join(' ');
}

function warn(report: DiagnosticCollector, dependency: RawDependency, message: string): void {
  report.add('warning', 'manifest-dependency', message, dependency.at);
}
