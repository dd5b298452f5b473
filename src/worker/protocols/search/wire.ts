import { LIMITS } from '../../../shared/limits.ts';
import type { SearchQuery, SearchSort } from '../../../shared/model.ts';
import type { LocalQuery } from '../../catalog/search/filters.ts';
import { asBytes, asCount, asMap, asText, asTexts } from '../wire/frames.ts';
import { DEFAULT_SEARCH_LIMIT, MAX_PUBLISHER_LENGTH } from './limits.ts';

const SORTS: readonly SearchSort[] = ['relevance', 'updated', 'name', 'providers'];

/** What peers are asked. Paging, and which peers to trust, are up to the asking node. */
export type WireQuery = Omit<SearchQuery, 'scope' | 'minReputation' | 'offset'>;

/** One record of an answer. */
export interface SearchAnswer {
  readonly envelope: Uint8Array;
  /** The peer serves the content of the package. */
  readonly isSeeding: boolean;
}

/** The last frame of an answer. */
export const ANSWER_END: Readonly<Record<string, unknown>> = { end: true };

/** The request frame. A peer ignores keys that it does not know, so the asking node applies the filters again. */
export function encodeSearchRequest({
  text,
  limit = DEFAULT_SEARCH_LIMIT,
  ...filters
}: WireQuery): Record<string, unknown> {
  const { categories = [], tags = [], publishers, licenses, version, includeYanked, sort } = filters;
  const optional = {
    publishers: publishers === undefined ? undefined : [...publishers],
    licenses: licenses === undefined ? undefined : [...licenses],
    version,
    yanked: includeYanked,
    sort,
  };
  return {
    v: 1,
    text,
    categories: [...categories],
    tags: [...tags],
    limit,
    ...Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined)),
  };
}

/**
 * A request frame as a query for the catalog.
 *
 * @throws Error when the frame is not a request, or exceeds a limit
 */
export function decodeSearchRequest(frame: unknown): LocalQuery {
  const request = asMap(frame);
  const publishers = optional(request['publishers'], (value) =>
    asTexts(value, LIMITS.searchPublishers, MAX_PUBLISHER_LENGTH),
  );
  const licenses = optional(request['licenses'], (value) => asTexts(value, LIMITS.searchLicenses, LIMITS.textLength));
  const version = optional(request['version'], (value) => asText(value, LIMITS.versionLength));
  const sort = SORTS.find((known) => known === request['sort']);
  return {
    text: asText(request['text'], LIMITS.searchTextLength),
    categories: asTexts(request['categories'], LIMITS.categories, LIMITS.categoryLength),
    tags: asTexts(request['tags'], LIMITS.tags, LIMITS.tagLength),
    limit: asCount(request['limit'], LIMITS.searchLimit),
    includeYanked: request['yanked'] === true,
    ...(publishers === undefined ? {} : { publishers }),
    ...(licenses === undefined ? {} : { licenses }),
    ...(version === undefined ? {} : { version }),
    ...(sort === undefined ? {} : { sort }),
  };
}

export function encodeAnswer({ envelope, isSeeding }: SearchAnswer): Record<string, unknown> {
  return { record: envelope, serves: isSeeding };
}

/**
 * Returns undefined for the end of the answer.
 *
 * @throws Error when the frame is neither a record nor the end
 */
export function decodeAnswer(value: unknown): SearchAnswer | undefined {
  const frame = asMap(value);
  if (frame['end'] === true) return undefined;
  return { envelope: asBytes(frame['record']), isSeeding: frame['serves'] === true };
}

function optional<T>(value: unknown, read: (value: unknown) => T): T | undefined {
  return value === undefined ? undefined : read(value);
}
