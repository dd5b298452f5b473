import type { PackageSummary, SearchFacets } from '../../../shared/model.ts';
import { readCandidates, walkAll, walkNames, walkText } from './candidates.ts';
import type { SearchCandidate, Walk } from './candidates.ts';
import type { Database } from '../../sqlite/database.ts';
import { allFacets, facetsOf } from './facets.ts';
import { conditionOf } from './filters.ts';
import type { Condition, LocalQuery } from './filters.ts';
import { fullTextQuery, relevance } from './relevance.ts';
import { alternatives } from './spelling.ts';
import { summariesOf } from './summaries.ts';
import { fold, queryWords } from './words.ts';

/** Candidates per tier: enough to contain the best pages, few enough to rank at each keystroke. */
const MAX_BY_NAME = 100;
const MAX_BY_NAME_WORD = 100;
const MAX_BY_ANY_WORD = 150;
/** Candidates of an order other than relevance; facets count these. */
const MAX_ORDERED_CANDIDATES = 300;
/** With fewer matches, corrected spellings are searched as well. */
const MIN_MATCHES = 5;

export interface LocalResults {
  readonly packages: PackageSummary[];
  readonly facets: SearchFacets;
}

/** The first candidates of an answer, and the walk that continues after them. */
interface FirstCandidates {
  readonly candidates: readonly SearchCandidate[];
  /** Undefined when there are no more matches. */
  readonly rest: Walk | undefined;
}

/**
 * Searches the catalog: at most `limit` packages after `offset`, without duplicates, in a stable order.
 *
 * For relevance, some hundred candidates come from tiers with an index each (name, word of the name, any word) and are
 * ranked. The other matches follow, most recently learned first, so that paging reaches every match once. Ranking all
 * matches would be too slow: tens of thousands of packages can match a prefix of three letters.
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

/** Matches of the corrected text that the original text does not find. */
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
 * Sorts by relevance. Of equal candidates, names that start with the text come first, shorter ones before longer ones;
 * then the most recently updated; then by row, so that the order is stable.
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

/** Compares without subtraction, because the difference of two infinities is NaN. */
function compare(a: number, b: number): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Skips rows that were already returned. They are scattered over the walk, so it is read from its start. */
function excluding(taken: ReadonlySet<number>, walk: Walk): Walk {
  return (limit, offset) =>
    walk(limit + offset + taken.size, 0)
      .filter((id) => !taken.has(id))
      .slice(offset, offset + limit);
}

/** Package names that the text may mean: the text itself, and its words joined by hyphens. */
function namesIn(text: string): Set<string> {
  return new Set([fold(text.trim()), queryWords(fold(text)).join('-')]);
}

/**
 * Corrects the words of a text: an FTS5 expression to search, and a text to rank by. Undefined when there are no
 * corrections.
 */
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
