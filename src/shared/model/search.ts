import type { PackageSummary } from './package.ts';

/** Order of the results. `updated`: last changed first; `providers`: most providers first; `name`: ascending. */
export type SearchSort = 'relevance' | 'updated' | 'name' | 'providers';

/**
 * A search. An empty text matches everything. A filter accepts a package that has any of its values, and a result is
 * accepted by all filters. Letter case does not matter, except in publisher ids.
 */
export interface SearchQuery {
  readonly text: string;
  /** At most 5. */
  readonly categories?: readonly string[];
  /** At most 10. */
  readonly tags?: readonly string[];
  /** Publisher ids, at most 10. */
  readonly publishers?: readonly string[];
  /** SPDX license ids, at most 10. A package under `MIT OR Apache-2.0` has both. */
  readonly licenses?: readonly string[];
  /** A semver range: packages with a release in it. Yanked releases count only with `includeYanked`. */
  readonly version?: string;
  /**
   * From 0 to 1: only packages with a provider whose reputation is at least this, and this node's own. Applied by this
   * node with its own scores; peers do not receive it.
   */
  readonly minReputation?: number;
  /** Include packages whose releases are all yanked. */
  readonly includeYanked?: boolean;
  /** `relevance` when left out; with an empty text that is `updated`. */
  readonly sort?: SearchSort;
  /** 1 to 100; 20 when left out. */
  readonly limit?: number;
  readonly offset?: number;
  /** `local` searches the catalog only. `network`, the default, also queries peers. */
  readonly scope?: 'local' | 'network';
}

/** Number of results with one value of a facet. */
export interface FacetCount {
  /** A value for the filter of the same name, in lower case except for publisher ids. */
  readonly value: string;
  readonly count: number;
}

/** Values that the results have in common, at most 10 of each facet, the most frequent first. */
export interface SearchFacets {
  readonly categories: readonly FacetCount[];
  readonly tags: readonly FacetCount[];
  readonly licenses: readonly FacetCount[];
  readonly publishers: readonly FacetCount[];
  /** Whether all matches were counted, and not only the best few hundred. */
  readonly exact: boolean;
}

/** A peer that a search queries. */
export interface SearchPeer {
  readonly id: string;
  /** `failed`: no answer in time, or an invalid one. */
  readonly state: 'asked' | 'answered' | 'failed';
  /** Verified records from this peer so far. */
  readonly records: number;
}

/** Ranked results so far: each update replaces the previous one. */
export interface SearchResults {
  readonly packages: readonly PackageSummary[];
  /** How many of `packages` were in the catalog before peers were queried. */
  readonly localCount: number;
  /** How many of `packages` came from peers during this search. */
  readonly remoteCount: number;
  readonly peersAsked: number;
  readonly peersAnswered: number;
  /** Each peer that was queried, with its state. */
  readonly peers?: readonly SearchPeer[];
  readonly facets?: SearchFacets;
  /** Milliseconds since the search began. */
  readonly elapsed: number;
}
