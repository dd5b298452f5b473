import { parsePackageId } from '../../../identity/publisher-id.ts';
import { GgenError } from '../../../shared/errors.ts';
import type { PlanMode, SkippedDependency, Want } from '../../../shared/model.ts';
import { latestRelease } from '../../records/releases.ts';
import { isVersionRange } from '../../records/versions.ts';
import { wisher } from './explain.ts';
import { LOCK_FILE, lockedId } from '../lock/lock-file.ts';
import type { LockedPackage } from '../lock/lock-file.ts';
import { resolve } from './resolve.ts';
import type { PackageSource, Requested, Solution } from './resolve.ts';
import type { Chosen } from './selection.ts';

/** A package that the project shall have. */
export interface Desired {
  /** Its folder is chosen later: see `assignFolders`. */
  readonly entry: LockedPackage;
  readonly wantedBy: readonly Want[];
  readonly yanked: boolean;
}

export interface DesiredState {
  readonly packages: readonly Desired[];
  readonly skipped: readonly SkippedDependency[];
}

export interface DesiredOptions {
  readonly mode: PlanMode;
  readonly packages: readonly string[];
  readonly locked: readonly LockedPackage[];
  /** Ids of what is installed for the project, whether its lock file lists it or not. */
  readonly installed: readonly string[];
  readonly source: PackageSource;
  readonly signal: AbortSignal;
}

/**
 * What a project shall have, by what its lock file says and what is asked for. Nothing else changes its version without need.
 *
 * @throws GgenError InvalidRequest, NotInstalled, and as `resolve` says
 */
export async function desiredState(options: DesiredOptions): Promise<DesiredState> {
  if (options.mode === 'lock')
    return { packages: options.locked.map((entry) => asLocked(entry, options)), skipped: [] };
  const { requested, moving } = await requests(options);
  const kept = new Map(
    options.locked
      .filter((entry) => moving !== 'all' && !moving.has(lockedId(entry)))
      .map((entry) => [lockedId(entry), entry.version]),
  );
  const solution = await resolve(requested, { source: options.source, kept, signal: options.signal });
  return fromSolution(solution, requested);
}

interface Requests {
  readonly requested: readonly Requested[];
  /** Packages that shall not stay at their version for the lock file's sake, by id. */
  readonly moving: ReadonlySet<string> | 'all';
}

async function requests(options: DesiredOptions): Promise<Requests> {
  const { mode, packages, locked, source } = options;
  const requested = new Map<string, string>();
  for (const entry of locked) {
    if (entry.requirement !== undefined) requested.set(lockedId(entry), entry.requirement);
  }
  const moving = new Set<string>();
  for (const text of packages) {
    const { id, version } = await named(text, options);
    if (mode === 'remove') {
      // What the lock file does not list goes by itself.
      const listed = locked.some((entry) => lockedId(entry) === id);
      if (!requested.delete(id) && listed) throw notRequested(id, locked);
    } else if (mode === 'add' || (version !== undefined && requested.has(id))) {
      requested.set(id, version ?? (await latestOf(id, source)));
    }
    moving.add(id);
  }
  const all = mode === 'update' && packages.length === 0;
  return {
    requested: [...requested].map(([id, requirement]) => ({ id, requirement })),
    moving: all ? 'all' : moving,
  };
}

/** A package that the user named, by its full id. */
async function named(
  text: string,
  { mode, locked, installed, source }: DesiredOptions,
): Promise<{ id: string; version?: string }> {
  const { publisher, name, version } = parsePackageId(text);
  if (version !== undefined && !isVersionRange(version)) {
    throw new GgenError('InvalidRequest', `'${version}' is neither a version nor a range of versions.`);
  }
  const there = locked.filter((entry) => entry.name === name && entry.publisher === (publisher ?? entry.publisher));
  const [only] = there;
  const rest = version === undefined ? {} : { version };
  if (only !== undefined && there.length === 1) return { id: lockedId(only), ...rest };
  const orphan = installed.find((id) => id === text || id.endsWith(`/${text}`));
  if (mode === 'remove' && orphan !== undefined) return { id: orphan };
  if (mode !== 'add') throw notListed(text);
  return { id: (await source.find(text.split('@', 1)[0] ?? text, '')).id, ...rest };
}

/** What is required of a package of which the user named no version: the latest, and what is compatible with it. */
async function latestOf(id: string, source: PackageSource): Promise<string> {
  const { name, releases } = await source.find(id, '');
  const latest = latestRelease(releases);
  if (latest !== undefined) return `^${latest.version}`;
  throw new GgenError('VersionYanked', `All versions of '${name}' were withdrawn by its publisher.`);
}

function fromSolution({ chosen, skipped }: Solution, requested: readonly Requested[]): DesiredState {
  const requirements = new Map(requested.map(({ id, requirement }) => [id, requirement]));
  return {
    packages: [...chosen.values()].map((one) => fromChosen(one, chosen, requirements.get(one.candidate.id))),
    skipped: skipped.map(({ id, wish, reason }) => ({
      id,
      requirement: wish.requirement,
      by: wisher(wish),
      reason,
    })),
  };
}

function fromChosen(one: Chosen, all: Solution['chosen'], requirement: string | undefined): Desired {
  const { candidate, release, wishes } = one;
  const needed = [...all.values()].filter(({ wishes: wants }) => wants.some(({ by }) => by === candidate.id));
  return {
    entry: {
      publisher: candidate.publisher,
      name: candidate.name,
      version: release.version,
      root: release.root,
      size: release.size,
      files: release.files,
      ...(requirement === undefined ? {} : { requirement }),
      dependencies: needed.map((other) => other.candidate.id).filter((id) => id !== candidate.id),
    },
    wantedBy: wishes.map((wish) => ({
      by: wish.by === '' ? '' : `${wish.by.slice(wish.by.indexOf('/') + 1)} ${wish.version}`,
      requirement: wish.requirement,
      optional: wish.optional,
    })),
    yanked: release.yanked,
  };
}

function asLocked(entry: LockedPackage, { locked }: DesiredOptions): Desired {
  const { requirement } = entry;
  const needing = locked.filter(({ dependencies }) => dependencies.includes(lockedId(entry)));
  return {
    entry,
    wantedBy: [
      ...(requirement === undefined ? [] : [{ by: '', requirement, optional: false }]),
      ...needing.map(({ name, version }) => ({
        by: `${name} ${version}`,
        requirement: entry.version,
        optional: false,
      })),
    ],
    yanked: false,
  };
}

function notListed(text: string): GgenError {
  return new GgenError('NotInstalled', `${LOCK_FILE} of this project does not list '${text}'.`, {
    details: { id: text },
  });
}

function notRequested(id: string, locked: readonly LockedPackage[]): GgenError {
  const needing = locked.filter(({ dependencies }) => dependencies.includes(id)).map(({ name }) => name);
  return new GgenError(
    'NotInstalled',
    `'${id.slice(id.indexOf('/') + 1)}' was not asked for by you: ${needing.join(', ')} needs it. Remove that, and this goes with it.`,
    { details: { id, by: needing } },
  );
}
