import { GgenError } from '../../../shared/errors.ts';
import { conflict, missing, wisher } from './explain.ts';
import { suitable, suits, wishOf } from './selection.ts';
import type { Candidate, Chosen, Wish } from './selection.ts';

/** Packages in one solution, wishes that are open at once, and choices tried: a hostile graph must come to an end. */
const MAX_PACKAGES = 1_000;
const MAX_WANTS = 5_000;
const MAX_STEPS = 20_000;

/** What the user wants of a package. */
export interface Requested {
  readonly id: string;
  readonly requirement: string;
}

/** Where packages are found. */
export interface PackageSource {
  /**
   * @param id `publisher/name`, or a name
   * @param by publisher of the package that wants it; empty for the user
   * @throws GgenError when it cannot be found, or several bear the name
   */
  find(id: string, by: string): Promise<Candidate>;
}

/** An optional dependency that was left out. */
export interface Skipped {
  readonly id: string;
  readonly wish: Wish;
  readonly reason: string;
}

export interface Solution {
  /** By id. */
  readonly chosen: ReadonlyMap<string, Chosen>;
  readonly skipped: readonly Skipped[];
}

export interface ResolveOptions {
  readonly source: PackageSource;
  /** Versions to stay at where they suit, by id: those of the lock file. */
  readonly kept: ReadonlyMap<string, string>;
  readonly signal: AbortSignal;
}

/**
 * Choose one release of each package that is wanted, directly or by another: the highest that suits everybody, or the one of the
 * lock file. Where a choice leads to a conflict the next lower one is tried. Cycles are no conflict. Optional dependencies are
 * added one by one afterwards; one that cannot be had is left out.
 *
 * @throws GgenError DependencyConflict, DependencyMissing, and what `source` throws of what the user wants
 */
export async function resolve(requested: readonly Requested[], options: ResolveOptions): Promise<Solution> {
  const solver = new Solver(options);
  const wants = requested.map(({ id, requirement }) => ({
    id,
    publisher: '',
    wish: { by: '', version: '', requirement, optional: false },
  }));
  let chosen = await solver.solve(new Map(), wants);
  const skipped: Skipped[] = [];
  const tried = new Set<string>();
  for (let open = optionalOf(chosen, tried); open !== undefined; open = optionalOf(chosen, tried)) {
    tried.add(keyOf(open));
    try {
      chosen = await solver.solve(chosen, [open]);
    } catch (error) {
      if (!(error instanceof GgenError)) throw error;
      skipped.push({ id: open.id, wish: open.wish, reason: error.message });
    }
  }
  return { chosen, skipped };
}

/** Something that is wanted and not yet chosen. */
interface Want {
  readonly id: string;
  /** Publisher of the package that wants it; empty for the user. */
  readonly publisher: string;
  readonly wish: Wish;
}

type Choices = ReadonlyMap<string, Chosen>;

/** Packages whose choice made a search fail, by id: changing any other one would not help. */
type Culprits = ReadonlySet<string>;

class Solver {
  readonly #options: ResolveOptions;
  #steps = 0;
  /** What stood in the way first: on the way that would have given the highest versions, so the best explanation. */
  #obstacle: GgenError | undefined;

  constructor(options: ResolveOptions) {
    this.#options = options;
  }

  async solve(choices: Choices, wants: readonly Want[]): Promise<Choices> {
    this.#steps = 0;
    this.#obstacle = undefined;
    const solved = await this.#search(choices, wants);
    if (solved instanceof Map) return solved as Choices;
    throw this.#exhausted();
  }

  /** Depth first, going back at once to a choice that had to do with the failure (conflict-directed backjumping). */
  async #search(before: Choices, wants: readonly Want[]): Promise<Choices | Culprits> {
    const choices = new Map(before);
    if (wants.length > MAX_WANTS) throw tooMany(`more than ${MAX_WANTS} dependencies`);
    for (const [index, want] of wants.entries()) {
      this.#options.signal.throwIfAborted();
      const candidate = await this.#find(want);
      if (candidate === undefined) return new Set([want.wish.by]);
      const chosen = choices.get(candidate.id);
      if (chosen === undefined) return await this.#choose(candidate, want.wish, choices, wants.slice(index + 1));
      const wishes = [...chosen.wishes, want.wish];
      if (!suits(chosen.release, want.wish, this.#kept(candidate))) {
        return this.#fail(conflict(candidate, wishes), [candidate.id, ...wishes.map(({ by }) => by)]);
      }
      choices.set(candidate.id, { ...chosen, wishes });
    }
    return choices;
  }

  async #choose(
    candidate: Candidate,
    wish: Wish,
    choices: Choices,
    rest: readonly Want[],
  ): Promise<Choices | Culprits> {
    if (choices.size >= MAX_PACKAGES) throw tooMany(`more than ${MAX_PACKAGES} packages`);
    const releases = suitable(candidate, wish, this.#kept(candidate));
    if (releases.length === 0) return this.#fail(conflict(candidate, [wish]), [wish.by]);
    const culprits = new Set([wish.by]);
    for (const release of releases) {
      if (++this.#steps > MAX_STEPS) throw this.#exhausted();
      const chosen: Chosen = { candidate, release, wishes: [wish] };
      const found = await this.#search(new Map(choices).set(candidate.id, chosen), [...rest, ...needs(chosen)]);
      if (found instanceof Map) return found as Choices;
      if (!found.has(candidate.id)) return found;
      for (const id of found.keys()) if (id !== candidate.id) culprits.add(id);
    }
    return culprits;
  }

  async #find(want: Want): Promise<Candidate | undefined> {
    try {
      return await this.#options.source.find(want.id, want.publisher);
    } catch (error) {
      if (!(error instanceof GgenError) || want.wish.by === '') throw error;
      this.#obstacle ??= missing(want.id, want.wish, error);
      return undefined;
    }
  }

  #exhausted(): GgenError {
    return this.#obstacle ?? tooMany('more combinations of versions than can be tried');
  }

  #kept({ id }: Candidate): string | undefined {
    return this.#options.kept.get(id);
  }

  #fail(obstacle: GgenError, culprits: readonly string[]): Culprits {
    this.#obstacle ??= obstacle;
    return new Set(culprits);
  }
}

function needs(chosen: Chosen): Want[] {
  return chosen.release.dependencies
    .filter(({ optional }) => !optional)
    .map((dependency) => wantOf(chosen, dependency));
}

function wantOf(chosen: Chosen, dependency: Chosen['release']['dependencies'][number]): Want {
  return { id: dependency.id, publisher: chosen.candidate.publisher, wish: wishOf(chosen, dependency) };
}

/** The next optional dependency of what is chosen that was not tried yet, in the order of ids. */
function optionalOf(choices: Choices, tried: ReadonlySet<string>): Want | undefined {
  return [...choices.values()]
    .sort((a, b) => (a.candidate.id < b.candidate.id ? -1 : 1))
    .flatMap((chosen) =>
      chosen.release.dependencies.filter(({ optional }) => optional).map((dependency) => wantOf(chosen, dependency)),
    )
    .find((want) => !tried.has(keyOf(want)));
}

function keyOf({ id, wish }: Want): string {
  return `${wish.by}@${wish.version} ${id}`;
}

function tooMany(what: string): GgenError {
  return new GgenError(
    'DependencyConflict',
    `The dependencies come to ${what}: ${wisher({ by: '', version: '' })} may name versions more precisely.`,
  );
}
