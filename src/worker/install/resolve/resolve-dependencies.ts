import { GgenError } from '../../../shared/errors.ts';
import { dependencyConflict, dependencyMissing } from './explain.ts';
import { satisfyingReleases, satisfies, toRequirement } from './selection.ts';
import type { PackageCandidate, ResolvedPackage, Requirement } from './selection.ts';

/** These three bounds make resolving a hostile dependency graph end. */
const MAX_RESOLVED_PACKAGES = 1_000;
const MAX_OPEN_REQUIREMENTS = 5_000;
const MAX_STEPS = 20_000;

/** A package that the user asked for. */
export interface RequestedPackage {
  readonly id: string;
  readonly requirement: string;
}

export interface PackageSource {
  /**
   * @param id `publisher/name`, or a bare name
   * @param requirerPublisher publisher of the package that requires it; empty for the user
   * @throws GgenError when the package cannot be found, or several publishers have one of that name
   */
  find(id: string, requirerPublisher: string): Promise<PackageCandidate>;
}

/** An optional dependency that was left out. */
export interface SkippedOptional {
  readonly id: string;
  readonly requirement: Requirement;
  readonly reason: string;
}

export interface Solution {
  /** By id. */
  readonly chosen: ReadonlyMap<string, ResolvedPackage>;
  readonly skipped: readonly SkippedOptional[];
}

export interface ResolveOptions {
  readonly source: PackageSource;
  /** Versions in the lock file, by id. A locked version is allowed although it is yanked. */
  readonly lockedVersions: ReadonlyMap<string, string>;
  /** Ids that may leave their locked version; the others keep it as long as it satisfies the requirements. */
  readonly unlocked: ReadonlySet<string> | 'all';
  readonly signal: AbortSignal;
}

/**
 * Chooses one release of each required package, direct or transitive: the locked version, else the highest that
 * satisfies all requirements. A conflict makes it try the next lower version. Cycles are allowed. Optional dependencies
 * are added one by one afterwards; one that cannot be resolved is skipped.
 *
 * @throws GgenError DependencyConflict, DependencyMissing, and the errors of `source` for packages that the user asked
 *   for
 */
export async function resolveDependencies(
  requested: readonly RequestedPackage[],
  options: ResolveOptions,
): Promise<Solution> {
  const solver = new Solver(options);
  const roots = requested.map(({ id, requirement }) => ({
    id,
    publisher: '',
    requirement: { by: '', version: '', range: requirement, optional: false },
  }));
  let chosen = await solver.solve(new Map(), roots);
  const skipped: SkippedOptional[] = [];
  const tried = new Set<string>();
  for (let next = nextOptional(chosen, tried); next !== undefined; next = nextOptional(chosen, tried)) {
    tried.add(keyOf(next));
    try {
      chosen = await solver.solve(chosen, [next]);
    } catch (error) {
      if (!(error instanceof GgenError)) throw error;
      skipped.push({ id: next.id, requirement: next.requirement, reason: error.message });
    }
  }
  return { chosen, skipped };
}

/** A requirement for which no release is chosen yet. */
interface OpenRequirement {
  readonly id: string;
  /** Publisher of the package that requires it; empty for the user. */
  readonly publisher: string;
  readonly requirement: Requirement;
}

type Choices = ReadonlyMap<string, ResolvedPackage>;

/** Ids of the packages whose choice made a search fail: another choice for any other package cannot help. */
type ConflictSet = ReadonlySet<string>;

class Solver {
  readonly #options: ResolveOptions;
  #steps = 0;
  /** The first conflict lies on the path with the highest versions, so it is the best explanation. */
  #firstError: GgenError | undefined;

  constructor(options: ResolveOptions) {
    this.#options = options;
  }

  async solve(choices: Choices, open: readonly OpenRequirement[]): Promise<Choices> {
    this.#steps = 0;
    this.#firstError = undefined;
    const solved = await this.#search(choices, open);
    if (solved instanceof Map) return solved as Choices;
    throw this.#exhausted();
  }

  /**
   * Depth-first search that jumps back to a choice involved in the failure (conflict-directed backjumping; Prosser,
   * Hybrid algorithms for the constraint satisfaction problem, 1993).
   */
  async #search(previous: Choices, open: readonly OpenRequirement[]): Promise<Choices | ConflictSet> {
    const choices = new Map(previous);
    if (open.length > MAX_OPEN_REQUIREMENTS) throw tooComplex(`more than ${MAX_OPEN_REQUIREMENTS} dependencies`);
    for (const [index, next] of open.entries()) {
      this.#options.signal.throwIfAborted();
      const candidate = await this.#find(next);
      if (candidate === undefined) return new Set([next.requirement.by]);
      const chosen = choices.get(candidate.id);
      if (chosen === undefined) return await this.#choose(candidate, next.requirement, choices, open.slice(index + 1));
      const requirements = [...chosen.requirements, next.requirement];
      if (!satisfies(candidate, chosen.release, next.requirement, this.#lockedVersion(candidate))) {
        return this.#fail(dependencyConflict(candidate, requirements), [
          candidate.id,
          ...requirements.map(({ by }) => by),
        ]);
      }
      choices.set(candidate.id, { ...chosen, requirements });
    }
    return choices;
  }

  async #choose(
    candidate: PackageCandidate,
    requirement: Requirement,
    choices: Choices,
    rest: readonly OpenRequirement[],
  ): Promise<Choices | ConflictSet> {
    if (choices.size >= MAX_RESOLVED_PACKAGES) throw tooComplex(`more than ${MAX_RESOLVED_PACKAGES} packages`);
    const releases = satisfyingReleases(
      candidate,
      requirement,
      this.#lockedVersion(candidate),
      this.#isKept(candidate),
    );
    if (releases.length === 0) return this.#fail(dependencyConflict(candidate, [requirement]), [requirement.by]);
    const conflictSet = new Set([requirement.by]);
    for (const release of releases) {
      if (++this.#steps > MAX_STEPS) throw this.#exhausted();
      const chosen: ResolvedPackage = { candidate, release, requirements: [requirement] };
      const found = await this.#search(new Map(choices).set(candidate.id, chosen), [
        ...rest,
        ...requiredDependencies(chosen),
      ]);
      if (found instanceof Map) return found as Choices;
      if (!found.has(candidate.id)) return found;
      for (const id of found.keys()) if (id !== candidate.id) conflictSet.add(id);
    }
    return conflictSet;
  }

  async #find(open: OpenRequirement): Promise<PackageCandidate | undefined> {
    try {
      return await this.#options.source.find(open.id, open.publisher);
    } catch (error) {
      if (!(error instanceof GgenError) || open.requirement.by === '') throw error;
      this.#firstError ??= dependencyMissing(open.id, open.requirement, error);
      return undefined;
    }
  }

  #exhausted(): GgenError {
    return this.#firstError ?? tooComplex('more version combinations than can be tried');
  }

  #lockedVersion({ id }: PackageCandidate): string | undefined {
    return this.#options.lockedVersions.get(id);
  }

  #isKept({ id }: PackageCandidate): boolean {
    const { unlocked } = this.#options;
    return unlocked !== 'all' && !unlocked.has(id);
  }

  #fail(error: GgenError, conflictSet: readonly string[]): ConflictSet {
    this.#firstError ??= error;
    return new Set(conflictSet);
  }
}

function requiredDependencies(chosen: ResolvedPackage): OpenRequirement[] {
  return chosen.release.dependencies
    .filter(({ optional }) => !optional)
    .map((dependency) => toOpenRequirement(chosen, dependency));
}

function toOpenRequirement(
  chosen: ResolvedPackage,
  dependency: ResolvedPackage['release']['dependencies'][number],
): OpenRequirement {
  return { id: dependency.id, publisher: chosen.candidate.publisher, requirement: toRequirement(chosen, dependency) };
}

/** Returns the next optional dependency that was not tried yet, in the order of ids. */
function nextOptional(choices: Choices, tried: ReadonlySet<string>): OpenRequirement | undefined {
  return [...choices.values()]
    .sort((a, b) => (a.candidate.id < b.candidate.id ? -1 : 1))
    .flatMap((chosen) =>
      chosen.release.dependencies
        .filter(({ optional }) => optional)
        .map((dependency) => toOpenRequirement(chosen, dependency)),
    )
    .find((open) => !tried.has(keyOf(open)));
}

function keyOf({ id, requirement }: OpenRequirement): string {
  return `${requirement.by}@${requirement.version} ${id}`;
}

function tooComplex(what: string): GgenError {
  return new GgenError('DependencyConflict', `The dependencies have ${what}. Use more specific version requirements.`);
}
