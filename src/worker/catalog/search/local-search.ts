import type { PackageSummary, SearchFacets } from '../../../shared/model.ts';
import { readCandidates, walkAll, walkNames, walkText } from './candidates.ts';
import type { SearchCandidate, Walk } from './candidates.ts';
import type { Database } from '../../sqlite/database.ts';
import { allFacets, facetsOf } from './facets.ts';
import { conditionOf } from './filters.ts';
import type { Condition, LocalQuery } from './filters.ts';
import { fullTextQuery, relevance } from './relevance.ts';
import { alternatives } from './spelling.ts';
import { summariesOf } from '../tables/summaries.ts';
import { fold, queryWords } from './words.ts';

/** Candidates of each kind: enough that the best few pages are among them, few enough to be ranked at each keystroke. */
const MAX_BY_NAME = 100;
const MAX_BY_NAME_WORD = 100;
const MAX_BY_ANY_WORD = 150;
/** The first of an order that is not by relevance: what its facets count. */
const MAX_ORDERED_CANDIDATES = 300;
/** With fewer matches than this, other spellings are tried. */
const MIN_MATCHES = 5;

export interface LocalResults {
  readonly packages: PackageSummary[];
  readonly facets: SearchFacets;
}

/** The ordered beginning of an answer, and how to go on after it. */
interface FirstCandidates {
  readonly candidates: readonly SearchCandidate[];
  /** What comes after the candidates; undefined when nothing does. */
  readonly rest: Walk | undefined;
}

/**
 * Search in this catalog: at most `limit` packages after `offset`, none twice, in a stable order.
 *
 * By relevance, some hundred candidates are taken in tiers that an index gives in their order (name, word of the name, any
 * word) and ranked; matches beyond them follow, last learnt first, so that paging reaches every match once. All matches are
 * never ranked together: a prefix of three letters can have tens of thousands of them.
 */
export function searchLocally(db: Database, query: LocalQuery): LocalResults {
  const { limit = 20, offset = 0 } = query;
  const condition = conditionOf(db, query);
  const { candidates, rest } = firstCandidates(db, query, condition);
  const ids = candidates.slice(offset, offset + limit).map(({ id }) => id);
  if (ids.length < limit && rest !== undefined) {
    ids.push(...rest(limit - ids.length, Math.max(offset - candidates.length, 0)));
  }
  const isUnfiltered = condition.isEmpty && fullTextQuery(query.text) === undefined;
  return {
    packages: summariesOf(db, ids),
    facets: isUnfiltered ? allFacets(db) : facetsOf(candidates, rest === undefined),
  };
}

function firstCandidates(db: Database, query: LocalQuery, condition: Condition): FirstCandidates {
  const { text, sort = 'relevance' } = query;
  const expression = fullTextQuery(text);
  if (expression === undefined) return orderedCandidates(db, walkAll(db, sort, condition));
  if (sort === 'relevance') return rankedCandidates(db, text, expression, condition);
  const first = orderedCandidates(db, walkText(db, expression, sort, condition));
  const corrected = first.candidates.length < MIN_MATCHES ? correctSpelling(db, text) : undefined;
  return corrected === undefined ? first : orderedCandidates(db, walkText(db, corrected.expression, sort, condition));
}

function orderedCandidates(db: Database, walk: Walk): FirstCandidates {
  const ids = walk(MAX_ORDERED_CANDIDATES, 0);
  return {
    candidates: readCandidates(db, ids),
    rest:
      ids.length < MAX_ORDERED_CANDIDATES ? undefined : (limit, offset) => walk(limit, offset + MAX_ORDERED_CANDIDATES),
  };
}

function rankedCandidates(db: Database, text: string, expression: string, condition: Condition): FirstCandidates {
  const anyWord = walkText(db, expression, 'relevance', condition);
  const ids = new Set<number>();
  for (const name of namesIn(text)) addAll(ids, walkNames(db, name, condition)(MAX_BY_NAME, 0));
  addAll(ids, walkText(db, `name : (${expression})`, 'relevance', condition)(MAX_BY_NAME_WORD, 0));
  const last = anyWord(MAX_BY_ANY_WORD, 0);
  addAll(ids, last);
  const candidates = rank(readCandidates(db, [...ids]), text);
  if (candidates.length < MIN_MATCHES) candidates.push(...correctedCandidates(db, text, condition, ids));
  return { candidates, rest: last.length < MAX_BY_ANY_WORD ? undefined : excluding(ids, anyWord) };
}

/** What the text finds with its typing errors corrected, besides what it found as it stands. */
function correctedCandidates(
  db: Database,
  text: string,
  condition: Condition,
  found: ReadonlySet<number>,
): SearchCandidate[] {
  const corrected = correctSpelling(db, text);
  if (corrected === undefined) return [];
  const ids = walkText(db, corrected.expression, 'relevance', condition)(MAX_BY_ANY_WORD, 0);
  return rank(
    readCandidates(
      db,
      ids.filter((id) => !found.has(id)),
    ),
    corrected.text,
  );
}

/**
 * Best first. Of equally good ones, names that begin with the text come first, the shortest before the others; then what
 * was updated last; then by row, so that an order never depends on chance.
 */
function rank(candidates: readonly SearchCandidate[], text: string): SearchCandidate[] {
  const score = relevance(text);
  const foldedText = fold(text.trim());
  return candidates
    .map((candidate) => ({
      candidate,
      score: score(candidate),
      excess: candidate.name.startsWith(foldedText) ? candidate.name.length : Infinity,
    }))
    .sort(
      (a, b) =>
        b.score - a.score ||
        compare(a.excess, b.excess) ||
        b.candidate.updated - a.candidate.updated ||
        a.candidate.id - b.candidate.id,
    )
    .map(({ candidate }) => candidate);
}

/** Not a difference: of two infinities that would be NaN. */
function compare(a: number, b: number): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The walk without what was taken already. That was not its beginning alone, so it is stepped through and counted. */
function excluding(taken: ReadonlySet<number>, walk: Walk): Walk {
  return (limit, offset) =>
    walk(limit + offset + taken.size, 0)
      .filter((id) => !taken.has(id))
      .slice(offset, offset + limit);
}

/** The text as the name of a package might have it: as it stands, and with hyphens between its words. */
function namesIn(text: string): Set<string> {
  return new Set([fold(text.trim()), queryWords(fold(text)).join('-')]);
}

/** The text with other spellings of its words, to be found and to be ranked by; undefined when there are none. */
function correctSpelling(db: Database, text: string): { expression: string; text: string } | undefined {
  const all = queryWords(text);
  const found = new Map(all.map((word) => [word, alternatives(db, word)]));
  if ([...found.values()].every((words) => words.length === 0)) return undefined;
  const expression = fullTextQuery(text, (word) => found.get(word) ?? []);
  if (expression === undefined) return undefined;
  return { expression, text: all.map((word) => found.get(word)?.[0] ?? word).join(' ') };
}

function addAll(ids: Set<number>, more: readonly number[]): void {
  for (const id of more) ids.add(id);
}
