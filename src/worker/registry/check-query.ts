import { isPublisherId } from '../../identity/publisher-id.ts';
import { LIMITS } from '../../shared/limits.ts';
import { GgenError } from '../../shared/errors.ts';
import type { SearchQuery } from '../../shared/model.ts';
import { isVersionRange } from '../records/versions.ts';

const DEFAULT_LIMIT = 20;

export type CheckedQuery = SearchQuery & { readonly limit: number; readonly offset: number };

/**
 * The query with its defaults. The limits are those that peers enforce on queries.
 *
 * @throws GgenError InvalidRequest, naming the part that is wrong
 */
export function checkQuery(query: SearchQuery): CheckedQuery {
  const { text, limit = DEFAULT_LIMIT, offset = 0, version, minReputation, publishers } = query;
  rejectIf(
    text.length > LIMITS.searchTextLength,
    `The search text is longer than ${LIMITS.searchTextLength} characters.`,
  );
  rejectIf(
    !Number.isInteger(limit) || limit < 1 || limit > LIMITS.searchLimit,
    `The search limit must be a whole number from 1 to ${LIMITS.searchLimit}.`,
  );
  rejectIf(!Number.isSafeInteger(offset) || offset < 0, 'The search offset must be a whole number of at least 0.');
  checkList('categories', query.categories, LIMITS.categories, LIMITS.categoryLength);
  checkList('tags', query.tags, LIMITS.tags, LIMITS.tagLength);
  checkList('licenses', query.licenses, LIMITS.searchLicenses, LIMITS.textLength);
  checkList('publishers', publishers, LIMITS.searchPublishers, LIMITS.textLength);
  const invalidPublisher = publishers?.find((id) => !isPublisherId(id));
  rejectIf(
    invalidPublisher !== undefined,
    `'${(invalidPublisher ?? '').slice(0, 64)}' is not a publisher ID (z6Mk…, 48 characters).`,
  );
  rejectIf(
    version !== undefined && !isVersionRange(version),
    `'${(version ?? '').slice(0, 64)}' is not a version range.`,
  );
  rejectIf(
    minReputation !== undefined && !(minReputation >= 0 && minReputation <= 1),
    'The minimum reputation must be a number from 0 to 1.',
  );
  return { ...query, limit, offset };
}

function checkList(what: string, values: readonly string[] | undefined, maxCount: number, maxLength: number): void {
  if (values === undefined) return;
  rejectIf(values.length > maxCount, `A search accepts at most ${maxCount} ${what}.`);
  rejectIf(
    values.some((value) => value.length > maxLength),
    `One of the search ${what} is longer than ${maxLength} characters.`,
  );
}

function rejectIf(condition: boolean, message: string): void {
  if (condition) throw new GgenError('InvalidRequest', message);
}
