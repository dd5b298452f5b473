import { LIMITS } from '../../../shared/defaults.ts';
import type { SearchQuery, SearchSort } from '../../../shared/model.ts';
import type { LocalQuery } from '../../catalog/search/filters.ts';
import { asCount, asMap, asText, asTexts } from '../frames.ts';

const SORTS: readonly SearchSort[] = ['relevance', 'updated', 'name', 'providers'];
const MAX_PUBLISHER_LENGTH = 64;

/** What is asked of peers. Paging and whom to think well of are the asker's own business. */
export type WireQuery = Omit<SearchQuery, 'scope' | 'minReputation' | 'offset'>;

/** The request frame. Keys that a peer does not know are ignored by it, so filters are judged again by the asker. */
export function encodeSearchRequest({ text, limit = 20, ...filters }: WireQuery): Record<string, unknown> {
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

/** A request frame as a query for the catalog. Throws when it is not one, or beyond the limits. */
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

function optional<T>(value: unknown, read: (value: unknown) => T): T | undefined {
  return value === undefined ? undefined : read(value);
}
