import { isOneErrorApart } from '../../catalog/search/spelling.ts';
import { fold, queryWords, words } from '../../catalog/search/words.ts';
import type { PackageRecord } from '../../records/record.ts';
import type { WireQuery } from './wire.ts';

/** Prefixes of shorter words are almost all within one typing error of each other. */
const MIN_CORRECTED_LENGTH = 4;

/**
 * Whether a record can be an answer to a query at all.
 *
 * Generous on purpose, because peers may run other versions, which split words and treat accents and typing errors in other
 * ways. One word of the query must begin a word of the record, or be within one typing error of that word or of its beginning
 * (a peer that corrects a word searches for words that begin with the corrected one). A query without words is judged by its
 * categories and tags, which every version of the protocol has. Other filters are not judged: a peer may not know them.
 */
export function isRelated(query: WireQuery, { name, metadata }: PackageRecord): boolean {
  const { title, description, tags, categories } = metadata;
  const wanted = queryWords(fold(query.text));
  if (wanted.length === 0) return hasAny(query.categories, categories) && hasAny(query.tags, tags);
  const known = words(fold([name, title, description, ...tags, ...categories].join(' ')));
  return wanted.some((word) => known.some((other) => matchesPrefix(other, word)));
}

function matchesPrefix(other: string, word: string): boolean {
  if (other.startsWith(word) || isOneErrorApart(other, word)) return true;
  return (
    word.length >= MIN_CORRECTED_LENGTH &&
    [-1, 0, 1].some((more) => isOneErrorApart(other.slice(0, word.length + more), word))
  );
}

function hasAny(wanted: readonly string[] | undefined, present: readonly string[]): boolean {
  if (wanted === undefined || wanted.length === 0) return true;
  const presentSet = new Set(present.map((text) => text.toLowerCase()));
  return wanted.some((text) => presentSet.has(text.toLowerCase()));
}
