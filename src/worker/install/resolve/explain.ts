import { GgenError } from '../../../shared/errors.ts';
import { compareVersions } from '../../records/versions.ts';
import { satisfies } from './selection.ts';
import type { PackageCandidate, Requirement } from './selection.ts';

/** Versions or requirements that one sentence lists. */
const MAX_LISTED = 5;

/**
 * Explains that no version satisfies all requirements: which package requires which range, and which versions exist.
 */
export function dependencyConflict(candidate: PackageCandidate, requirements: readonly Requirement[]): GgenError {
  const available = candidate.releases
    .filter(({ yanked }) => !yanked)
    .map(({ version }) => version)
    .sort((a, b) => compareVersions(b, a));
  const known = available.length === 0 ? 'All of its versions are yanked' : `Available: ${joinLimited(available)}`;
  const requirers = requirements.map(
    (requirement) =>
      `${describeRequirer(requirement)} ${requirement.by === '' ? 'require' : 'requires'} ${requirement.range}`,
  );
  return new GgenError(
    'DependencyConflict',
    `No version of '${candidate.name}' (${candidate.id}) satisfies all requirements: ${joinLimited(requirers, '; ')}. ${known}.${oneVersionHint(candidate, requirements)}`,
    {
      details: {
        id: candidate.id,
        requirements: requirements.map(({ by, version, range }) => `${by}${by === '' ? '' : `@${version}`} ${range}`),
        versions: available,
      },
    },
  );
}

/**
 * Says that two versions side by side are no solution, where each requirement alone has one. Packages are used by their
 * path below the project, so that a second version in another folder would not be found by those that require it.
 */
function oneVersionHint(candidate: PackageCandidate, requirements: readonly Requirement[]): string {
  const isSatisfiable = (requirement: Requirement): boolean =>
    candidate.releases.some((release) => satisfies(candidate, release, requirement, undefined));
  if (requirements.length < 2 || !requirements.every(isSatisfiable)) return '';
  return ` A project has one version of each package: choose versions of the packages that require '${candidate.name}' so that they agree, or install one of them outside of this project, into a folder of its own.`;
}

/** Explains that a required package cannot be found. */
export function dependencyMissing(id: string, requirement: Requirement, cause: GgenError): GgenError {
  return new GgenError(
    'DependencyMissing',
    `${capitalize(describeRequirer(requirement))} needs '${id}' ${requirement.range}, which cannot be found: ${cause.message}`,
    { details: { id, by: requirement.by, requirement: requirement.range, ...candidatesOf(cause) }, cause },
  );
}

/** Full ids to choose from, where several publishers have a package of the name. */
function candidatesOf({ details: { candidates } }: GgenError): { readonly candidates?: readonly string[] } {
  return Array.isArray(candidates) ? { candidates: candidates.map(String) } : {};
}

/** `you`, or the package's name and version. */
export function describeRequirer({ by, version }: Pick<Requirement, 'by' | 'version'>): string {
  return by === '' ? 'you' : `'${by.slice(by.indexOf('/') + 1)}' ${version}`;
}

function joinLimited(parts: readonly string[], separator = ', '): string {
  const more = parts.length - MAX_LISTED;
  return [...parts.slice(0, MAX_LISTED), ...(more > 0 ? [`${more} more`] : [])].join(separator);
}

function capitalize(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
