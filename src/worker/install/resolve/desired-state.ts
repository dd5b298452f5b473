import { parsePackageId } from '../../../identity/publisher-id.ts';
import { GgenError } from '../../../shared/errors.ts';
import type { PlanMode, SkippedDependency, Dependent } from '../../../shared/model.ts';
import { LATEST_TAG, taggedRelease } from '../../records/releases.ts';
import { isDistTag, isRequirement } from '../../records/versions.ts';
import { describeRequirer } from './explain.ts';
import { LOCK_FILE, lockedId } from '../lock/lock-file.ts';
import type { LockedPackage } from '../lock/lock-file.ts';
import { resolveDependencies } from './resolve-dependencies.ts';
import type { PackageSource, RequestedPackage, Solution } from './resolve-dependencies.ts';
import type { ResolvedPackage } from './selection.ts';

/** A package that the project will have. */
export interface DesiredPackage {
  /** Without a folder, which `assignFolders` chooses. */
  readonly entry: LockedPackage;
  readonly requiredBy: readonly Dependent[];
  readonly yanked: boolean;
}

export interface DesiredProjectState {
  readonly packages: readonly DesiredPackage[];
  readonly skipped: readonly SkippedDependency[];
}

export interface DesiredStateOptions {
  readonly mode: PlanMode;
  readonly packages: readonly string[];
  readonly locked: readonly LockedPackage[];
  /** Ids of the packages that are installed for the project, listed in the lock file or not. */
  readonly installed: readonly string[];
  readonly source: PackageSource;
  /** Whether the user blocked this publisher: its locked packages stay as they are, and names mean none of its packages. */
  readonly isBlocked: (publisher: string) => boolean;
  readonly signal: AbortSignal;
}

/**
 * Computes the packages that a project will have from its lock file and the request. Other packages change their
 * version only when the request requires it.
 *
 * @throws GgenError InvalidRequest, NotInstalled, and the errors of `resolveDependencies`
 */
export async function desiredState(options: DesiredStateOptions): Promise<DesiredProjectState> {
  if (options.mode === 'lock')
    return { packages: options.locked.map((entry) => fromLocked(entry, options)), skipped: [] };
  const { requested, unlocked } = await collectRequests(options);
  const lockedVersions = new Map(options.locked.map((entry) => [lockedId(entry), entry.version]));
  const solution = await resolveDependencies(requested, {
    source: options.source,
    lockedVersions,
    unlocked,
    signal: options.signal,
  });
  return fromSolution(solution, requested);
}

interface RequestedChanges {
  readonly requested: readonly RequestedPackage[];
  /** Ids of the packages that may leave their locked version. */
  readonly unlocked: ReadonlySet<string> | 'all';
}

async function collectRequests(options: DesiredStateOptions): Promise<RequestedChanges> {
  const { mode, packages, locked, source, isBlocked } = options;
  const requested = new Map<string, string>();
  for (const entry of locked) {
    if (entry.requirement !== undefined) requested.set(lockedId(entry), entry.requirement);
  }
  const unlocked = new Set<string>();
  for (const text of packages) {
    const { id, version } = await resolveNamed(text, options);
    if (mode === 'remove') {
      // A package that the lock file does not list is removed without resolving.
      const listed = locked.some((entry) => lockedId(entry) === id);
      if (!requested.delete(id) && listed) throw notRequested(id, locked);
    } else if (mode === 'add' || (version !== undefined && requested.has(id))) {
      requested.set(id, await requirementFor(id, version, source));
    }
    // What another package requires stays, in its locked version.
    if (mode !== 'remove') unlocked.add(id);
  }
  const unlockAll = mode === 'update' && packages.length === 0;
  const unblocked = locked.filter(({ publisher }) => !isBlocked(publisher));
  const all = unblocked.length === locked.length ? 'all' : new Set(unblocked.map(lockedId));
  return {
    requested: [...requested].map(([id, requirement]) => ({ id, requirement })),
    unlocked: unlockAll ? all : unlocked,
  };
}

/** Finds a package that the user named, and its full id. */
async function resolveNamed(
  text: string,
  { mode, locked, installed, source, isBlocked }: DesiredStateOptions,
): Promise<{ id: string; version?: string }> {
  const { publisher, name, version } = parsePackageId(text);
  if (version !== undefined && !isRequirement(version)) {
    throw new GgenError('InvalidRequest', `'${version}' is neither a version, a version range, nor a dist-tag.`);
  }
  const matches = locked.filter((entry) => entry.name === name && entry.publisher === (publisher ?? entry.publisher));
  const [onlyMatch] = matches;
  const rest = version === undefined ? {} : { version };
  if (onlyMatch !== undefined && matches.length === 1) {
    const usable = mode === 'remove' || !isBlocked(onlyMatch.publisher);
    if (usable) return { id: lockedId(onlyMatch), ...rest };
    if (mode === 'update') throw publisherBlocked(onlyMatch);
  }
  const unlisted = installed.find((id) => id === text || id.endsWith(`/${text}`));
  if (mode === 'remove' && unlisted !== undefined) return { id: unlisted };
  if (mode !== 'add') throw notListed(text);
  return { id: (await source.find(text.split('@', 1)[0] ?? text, '')).id, ...rest };
}

/**
 * The requirement of a package that the user named: the range, or what is compatible with the release that a dist-tag
 * names, as in npm. Without a version that is `latest`.
 */
async function requirementFor(id: string, version: string | undefined, source: PackageSource): Promise<string> {
  const tag = version ?? LATEST_TAG;
  if (!isDistTag(tag)) return tag;
  const candidate = await source.find(id, '');
  const release = taggedRelease(candidate, tag);
  if (release !== undefined) return `^${release.version}`;
  if (tag === LATEST_TAG) {
    throw new GgenError('VersionYanked', `The publisher yanked all versions of '${candidate.name}'.`);
  }
  const known = [LATEST_TAG, ...(candidate.distTags ?? []).map((one) => one.tag)];
  throw new GgenError(
    'VersionNotFound',
    `'${candidate.name}' has no dist-tag '${tag}'. It has ${[...new Set(known)].join(', ')}.`,
    { details: { id, version: tag } },
  );
}

function fromSolution({ chosen, skipped }: Solution, requested: readonly RequestedPackage[]): DesiredProjectState {
  const ranges = new Map(requested.map(({ id, requirement }) => [id, requirement]));
  return {
    packages: [...chosen.values()].map((one) => fromChosen(one, chosen, ranges.get(one.candidate.id))),
    skipped: skipped.map(({ id, requirement, reason }) => ({
      id,
      requirement: requirement.range,
      by: describeRequirer(requirement),
      reason,
    })),
  };
}

function fromChosen(one: ResolvedPackage, all: Solution['chosen'], requestedRange: string | undefined): DesiredPackage {
  const { candidate, release, requirements } = one;
  const dependencies = [...all.values()].filter(({ requirements: others }) =>
    others.some(({ by }) => by === candidate.id),
  );
  return {
    entry: {
      publisher: candidate.publisher,
      name: candidate.name,
      version: release.version,
      root: release.root,
      size: release.size,
      files: release.files,
      ...(requestedRange === undefined ? {} : { requirement: requestedRange }),
      dependencies: dependencies.map((other) => other.candidate.id).filter((id) => id !== candidate.id),
    },
    requiredBy: requirements.map((each) => ({
      by: each.by === '' ? '' : `${each.by.slice(each.by.indexOf('/') + 1)} ${each.version}`,
      requirement: each.range,
      optional: each.optional,
    })),
    yanked: release.yanked,
  };
}

function fromLocked(entry: LockedPackage, { locked }: DesiredStateOptions): DesiredPackage {
  const { requirement } = entry;
  const dependents = locked.filter(({ dependencies }) => dependencies.includes(lockedId(entry)));
  return {
    entry,
    requiredBy: [
      ...(requirement === undefined ? [] : [{ by: '', requirement, optional: false }]),
      ...dependents.map(({ name, version }) => ({
        by: `${name} ${version}`,
        requirement: entry.version,
        optional: false,
      })),
    ],
    yanked: false,
  };
}

function publisherBlocked(entry: LockedPackage): GgenError {
  return new GgenError(
    'PackageNotFound',
    `'${entry.name}' is not updated, because you blocked its publisher ${entry.publisher}. Clear that, or uninstall the package.`,
    { details: { id: lockedId(entry) } },
  );
}

function notListed(text: string): GgenError {
  return new GgenError('NotInstalled', `${LOCK_FILE} of this project does not list '${text}'.`, {
    details: { id: text },
  });
}

function notRequested(id: string, locked: readonly LockedPackage[]): GgenError {
  const dependents = locked.filter(({ dependencies }) => dependencies.includes(id)).map(({ name }) => name);
  return new GgenError(
    'NotInstalled',
    `'${id.slice(id.indexOf('/') + 1)}' is required by ${dependents.join(', ')}. Uninstall that package, and this one is removed with it.`,
    { details: { id, by: dependents } },
  );
}
