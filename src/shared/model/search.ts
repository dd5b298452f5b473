import type { PackageSummary } from './package.ts';

/** Orders of a search. `updated`: last changed first; `providers`: served by most peers first; `name`: ascending. */
export type SearchSort = 'relevance' | 'updated' | 'name' | 'providers';

/**
 * What the user asked for. An empty text matches everything. Each filter lets through what has any of its values; all
 * filters must let a package through. Letter case does not matter, except in publisher ids.
 */
export interface SearchQuery {
  readonly text: string;
  /** At most 5. */
  readonly categories?: readonly string[];
  /** At most 10. */
  readonly tags?: readonly string[];
  /** Publisher ids, at most 10. */
  readonly publishers?: readonly string[];
  /** Licenses as SPDX names them, at most 10. A package under `MIT OR Apache-2.0` has both. */
  readonly licenses?: readonly string[];
  /** A semver range: packages with a release in it, withdrawn releases counted only with `includeYanked`. */
  readonly version?: string;
  /**
   * 0 to 1: packages that this node publishes, or of which a known provider's reputation is at least this. The
   * judgment is this node's own and is not sent to peers.
   */
  readonly minReputation?: number;
  /** Also packages all of whose releases are withdrawn; left out otherwise. */
  readonly includeYanked?: boolean;
  /** `relevance` when left out; with an empty text that is `updated`. */
  readonly sort?: SearchSort;
  /** 1 to 100; 20 when left out. */
  readonly limit?: number;
  readonly offset?: number;
  /** `local` asks nobody else. `network`, the default, also fans out to peers. */
  readonly scope?: 'local' | 'network';
}

export interface FacetCount {
  /** In lower case, except publisher ids: what to filter by. */
  readonly value: string;
  readonly count: number;
}

/** What the packages found have in common, the most frequent first, at most 10 of each. */
export interface SearchFacets {
  readonly categories: readonly FacetCount[];
  readonly tags: readonly FacetCount[];
  readonly licenses: readonly FacetCount[];
  readonly publishers: readonly FacetCount[];
  /** Everything that matches was counted. Otherwise only the best few hundred matches. */
  readonly exact: boolean;
}

/** A peer that a search asked. */
export interface SearchPeer {
  readonly id: string;
  /** `failed`: it was late, or what it sent was wrong. */
  readonly state: 'asked' | 'answered' | 'failed';
  /** Verified records that it has sent so far. */
  readonly records: number;
}

/** The ranked answer so far: each update replaces the one before it. */
export interface SearchResults {
  readonly packages: readonly PackageSummary[];
  /** How many of `packages` were in the catalog before anybody was asked. */
  readonly localCount: number;
  readonly remoteCount: number;
  readonly peersAsked: number;
  readonly peersAnswered: number;
  /** Each peer that was asked, and how far it has come. */
  readonly peers?: readonly SearchPeer[];
  readonly facets?: SearchFacets;
  /** Milliseconds since the question was put. */
  readonly elapsed: number;
}
