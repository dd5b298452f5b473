import { parsePackageId } from '../../identity/publisher-id.ts';
import { BoundedCache } from '../../shared/bounded-cache.ts';
import { LIMITS } from '../../shared/limits.ts';
import { GgenError } from '../../shared/errors.ts';
import type { ResolvedName } from '../../shared/model.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { NameCandidate } from '../catalog/tables/publisher-states.ts';
import { chooseName } from './name-choice.ts';
import type { NameChoice, NameContext } from './name-choice.ts';

/** Packages of one name that are listed to choose from, and strangers that are considered. */
const MAX_CANDIDATES = 20;
/** How long peers are not asked again for a name. */
const ASK_INTERVAL_MS = 300_000;
const MAX_ASKED_NAMES = 10_000;

/** Asks the network for packages of a name; what it finds is in the catalog afterwards. */
export interface NameQueries {
  /** By any publisher. */
  ofAnyone(name: string, signal: AbortSignal): Promise<void>;
  /** By these publishers, at most `LIMITS.searchPublishers`. */
  ofPublishers(name: string, publishers: readonly string[], signal: AbortSignal): Promise<void>;
  /** By exactly this publisher. */
  ofPublisher(name: string, publisher: string, signal: AbortSignal): Promise<void>;
}

export interface NameResolverDeps {
  readonly catalog: {
    readonly publishers: Pick<Catalog['publishers'], 'candidates' | 'get' | 'inState'>;
  };
  readonly isOnline: () => boolean;
}

/** Finds the package that a bare name means. */
export class NameResolver {
  readonly #deps: NameResolverDeps;
  readonly #queries: NameQueries;
  readonly #asked = new BoundedCache<true>({ maxEntries: MAX_ASKED_NAMES, ttlMs: ASK_INTERVAL_MS });

  constructor(deps: NameResolverDeps, queries: NameQueries) {
    this.#deps = deps;
    this.#queries = queries;
  }

  /**
   * Find the package that an id or bare name means: as the caller chose, the lock file lists, or the user's relation to
   * publishers decides; else the only one that is known.
   *
   * @throws GgenError InvalidRequest, PackageNotFound, PackageAmbiguous (`details.candidates` has the full ids)
   */
  async resolve(id: string, signal: AbortSignal, context: NameContext = {}): Promise<ResolvedName> {
    const { publisher, name } = parsePackageId(id);
    if (publisher !== undefined) return { id: `${publisher}/${name}`, publisher, name, reason: 'id', others: [] };
    await this.#askForDependent(name, context, signal);
    let choice = this.#choose(name, context);
    if (choice.publisher === undefined || choice.reason === 'known' || choice.reason === 'only') {
      await this.#ask(name, context, choice, signal);
      choice = this.#choose(name, context);
    }
    if (choice.publisher === undefined) throw this.#undecided(name, choice);
    const { publisher: chosen } = choice;
    const others = choice.candidates.filter((candidate) => candidate.publisher !== chosen);
    return {
      id: `${chosen}/${name}`,
      publisher: chosen,
      name,
      reason: choice.reason,
      others: idsOf(name, others),
    };
  }

  /** Publishers in the lock file and in the caller's choice count although nothing of theirs is known here yet. */
  #choose(name: string, context: NameContext): NameChoice {
    const { publishers } = this.#deps.catalog;
    const { chosen = [], locked = [], projectPublishers = [], dependent } = context;
    const known = publishers.candidates(
      name,
      [...projectPublishers, ...(dependent === undefined ? [] : [dependent])],
      MAX_CANDIDATES + 1,
    );
    const named = [
      ...chosen.map((id) => parsePackageId(id)),
      ...locked.map((entry) => ({ publisher: entry.publisher, name: entry.name })),
    ].flatMap((one) => (one.name === name && one.publisher !== undefined ? [one.publisher] : []));
    const unknown = [...new Set(named)].filter((id) => !known.some(({ publisher }) => publisher === id));
    return chooseName(name, [...known, ...unknown.map((publisher) => this.#unknownCandidate(publisher))], context);
  }

  #unknownCandidate(publisher: string): NameCandidate {
    const state = this.#deps.catalog.publishers.get(publisher);
    return { publisher, own: false, installed: false, ...(state === undefined ? {} : { state }) };
  }

  /** The publisher of a dependent package means its own package by a bare name, which may not be known here yet. */
  async #askForDependent(name: string, { dependent, chosen = [] }: NameContext, signal: AbortSignal): Promise<void> {
    if (dependent === undefined || chosen.some((id) => id.endsWith(`/${name}`))) return;
    if (this.#deps.catalog.publishers.get(dependent) === 'blocked') return;
    const isKnown = this.#deps.catalog.publishers
      .candidates(name, [dependent], 0)
      .some(({ publisher }) => publisher === dependent);
    if (isKnown || !this.#shouldAsk(`${dependent}/${name}`)) return;
    await this.#queries.ofPublisher(name, dependent, signal);
  }

  /** Strangers that are known here must not hide the package of a publisher whom the user prefers. */
  async #ask(name: string, context: NameContext, { candidates }: NameChoice, signal: AbortSignal): Promise<void> {
    if (candidates.length === 0) {
      await this.#queries.ofAnyone(name, signal);
      return;
    }
    const preferred = [
      ...(context.projectPublishers ?? []),
      ...this.#deps.catalog.publishers.inState('trusted', LIMITS.searchPublishers),
    ].filter((id) => !candidates.some(({ publisher }) => publisher === id));
    const publishers = [...new Set(preferred)].slice(0, LIMITS.searchPublishers);
    if (publishers.length === 0 || !this.#shouldAsk(`${name} ${publishers.join(' ')}`)) return;
    await this.#queries.ofPublishers(name, publishers, signal);
  }

  /** A name for which no peer had an answer is not asked for again at once. */
  #shouldAsk(key: string): boolean {
    if (!this.#deps.isOnline() || this.#asked.get(key) === true) return false;
    this.#asked.set(key, true);
    return true;
  }

  #undecided(name: string, { candidates }: NameChoice): GgenError {
    if (candidates.length > 0) return packageAmbiguous(name, idsOf(name, candidates));
    const all = this.#deps.catalog.publishers.candidates(name, [], MAX_CANDIDATES);
    if (all.length > 0) {
      return new GgenError(
        'PackageNotFound',
        `You blocked every publisher that is known to have a package named '${name}'.`,
        { details: { id: name, blocked: idsOf(name, all) } },
      );
    }
    return packageNotFound(name, this.#deps.isOnline());
  }
}

function idsOf(name: string, candidates: readonly NameCandidate[]): string[] {
  return candidates.slice(0, MAX_CANDIDATES).map(({ publisher }) => `${publisher}/${name}`);
}

/** @param candidates full ids */
export function packageAmbiguous(name: string, candidates: readonly string[]): GgenError {
  return new GgenError(
    'PackageAmbiguous',
    `${candidates.length >= MAX_CANDIDATES ? 'Many' : candidates.length} publishers have a package named '${name}', and none of them is preferred here.`,
    { details: { name, candidates } },
  );
}

export function packageNotFound(id: string, online: boolean): GgenError {
  return new GgenError(
    'PackageNotFound',
    online
      ? `No connected peer knows the package '${id}'. Check the name, or connect to a peer that has it.`
      : `The package '${id}' is not known on this machine, and the node is not running. Start the node to search the network.`,
    { details: { id } },
  );
}
