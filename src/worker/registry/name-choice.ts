import type { NameReason } from '../../shared/model.ts';
import type { NameCandidate } from '../catalog/tables/publisher-states.ts';

/** What a project and its caller say about the meaning of package names. */
export interface NameContext {
  /** Ids that names stand for because the caller chose them. */
  readonly chosen?: readonly string[];
  /** Packages of the project's lock file. */
  readonly locked?: readonly PackageName[];
  /** Publishers of the packages that the project itself asks for. */
  readonly projectPublishers?: readonly string[];
  /** Publisher of the package whose dependency is looked for. */
  readonly dependent?: string;
}

export interface PackageName {
  readonly publisher: string;
  readonly name: string;
}

/** The publisher whose package a name means; undefined, and what is left to choose from, when it is not clear. */
export interface NameChoice {
  readonly publisher?: string;
  readonly reason: NameReason;
  /** In the order of relation: those that the deciding rule preferred first. */
  readonly candidates: readonly NameCandidate[];
}

type Rule = readonly [reason: NameReason, applies: (candidate: NameCandidate) => boolean];

/**
 * Chooses among the publishers with a package of one name. Each rule narrows the candidates to those that it applies to,
 * if there are any, so that the first rule that leaves one of them decides. Blocked publishers are none. A stranger can
 * therefore neither block a name that a rule decides nor take it over.
 */
export function chooseName(name: string, all: readonly NameCandidate[], context: NameContext): NameChoice {
  const candidates = all.filter(({ state }) => state !== 'blocked');
  let left = candidates;
  for (const [reason, applies] of rulesFor(name, context)) {
    const preferred = left.filter(applies);
    if (preferred.length > 0) left = preferred;
    const [only, other] = left;
    // A rule that applies to no candidate must not be named as the reason.
    if (only !== undefined && other === undefined && preferred.length > 0) {
      return {
        publisher: only.publisher,
        reason: only.own && reason === 'trusted' ? 'own' : reason,
        candidates: inOrder(left, candidates),
      };
    }
  }
  const [only, other] = left;
  const chosen = only !== undefined && other === undefined ? { publisher: only.publisher } : {};
  return { ...chosen, reason: 'only', candidates: inOrder(left, candidates) };
}

function rulesFor(name: string, context: NameContext): readonly Rule[] {
  const { chosen = [], locked = [], projectPublishers = [], dependent } = context;
  const isLocked = ({ publisher }: NameCandidate): boolean =>
    locked.some((entry) => entry.name === name && entry.publisher === publisher);
  return [
    ['choice', ({ publisher }) => chosen.includes(`${publisher}/${name}`)],
    ['dependent', ({ publisher }) => publisher === dependent],
    ['lock', isLocked],
    ['project', ({ publisher }) => projectPublishers.includes(publisher)],
    ['trusted', ({ state, own }) => state === 'trusted' || own],
    ['known', ({ state, installed }) => state === 'followed' || installed],
  ];
}

function inOrder(first: readonly NameCandidate[], all: readonly NameCandidate[]): readonly NameCandidate[] {
  return [...first, ...all.filter((candidate) => !first.includes(candidate))];
}
