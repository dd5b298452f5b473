import type { FacetCount, SearchFacets } from '../../../shared/model.ts';
import type { SearchCandidate } from './candidates.ts';
import type { Database } from '../../sqlite/database.ts';
import { licensesIn } from './index-package.ts';
import type { LabelKind } from './index-package.ts';

const MAX_FACET_VALUES = 10;

/** Counts labels over the candidates of a search. `exact`: the candidates are all matches. */
export function facetsOf(candidates: readonly SearchCandidate[], exact: boolean): SearchFacets {
  const count = (labels: (candidate: SearchCandidate) => readonly string[]): FacetCount[] => {
    const counts = new Map<string, number>();
    for (const candidate of candidates) {
      for (const label of new Set(labels(candidate))) counts.set(label, (counts.get(label) ?? 0) + 1);
    }
    return [...counts]
      .map(([value, n]) => ({ value, count: n }))
      .sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1))
      .slice(0, MAX_FACET_VALUES);
  };
  return {
    categories: count(({ categories }) => categories.map((text) => text.toLowerCase())),
    tags: count(({ tags }) => tags.map((text) => text.toLowerCase())),
    licenses: count(({ license }) => licensesIn(license)),
    publishers: count(({ publisher }) => [publisher]),
    exact,
  };
}

/**
 * An empty search box shows counts over the whole catalog, which take some milliseconds; they are cached for this time.
 */
const RECOUNT_INTERVAL_MS = 2_000;
const facetCache = new WeakMap<Database, { at: number; facets: SearchFacets }>();

/** Counts labels over the whole catalog, including packages whose releases are all yanked. Up to two seconds old. */
export function allFacets(db: Database, now = Date.now()): SearchFacets {
  const last = facetCache.get(db);
  if (last !== undefined && now - last.at < RECOUNT_INTERVAL_MS && now >= last.at) return last.facets;
  const facets = countAll(db);
  facetCache.set(db, { at: now, facets });
  return facets;
}

function countAll(db: Database): SearchFacets {
  const top = (kind: LabelKind): FacetCount[] =>
    db
      .all<{ value: string; count: number }>(
        'SELECT label AS value, packages AS count FROM label_counts WHERE kind = ? ORDER BY packages DESC, label LIMIT ?',
        kind,
        MAX_FACET_VALUES,
      )
      .map(({ value, count }) => ({ value, count }));
  return {
    categories: top('category'),
    tags: top('tag'),
    licenses: top('license'),
    publishers: top('publisher'),
    exact: true,
  };
}
