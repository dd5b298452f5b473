import type { SearchQuery, SearchSort } from './model.ts';

/**
 * The syntax of a search text, in the editor's search box and on the command line: words and filters such as `tag:web`,
 * `version:"^1 || ^2"` or `sort:updated`. A term with an unknown key is plain text.
 */

/** Filters that can occur several times, of which any may match, and the query field of each. */
const LISTS = { tag: 'tags', category: 'categories', license: 'licenses', publisher: 'publishers' } as const;
const SORTS: readonly SearchSort[] = ['relevance', 'updated', 'name', 'providers'];
const ALIASES: Readonly<Record<string, TermKey>> = { licence: 'license' };

export type ListKey = keyof typeof LISTS;
export type TermKey = ListKey | 'version' | 'reputation' | 'yanked' | 'sort';

const KEYS: readonly string[] = [...Object.keys(LISTS), 'version', 'reputation', 'yanked', 'sort'] satisfies string[];

/** A filter in the text. */
export interface Term {
  readonly key: TermKey;
  readonly value: string;
}

/** The fields of a query that the text sets. */
export type TypedQuery = Pick<
  SearchQuery,
  'text' | 'categories' | 'tags' | 'licenses' | 'publishers' | 'version' | 'minReputation' | 'includeYanked' | 'sort'
>;

interface Piece {
  readonly raw: string;
  readonly term?: Term;
}

/**
 * Parse a text into a query. A filter without a value is still being typed and has no effect; filters with an invalid
 * value are returned as `ignored`.
 */
export function parseQueryText(text: string): { readonly query: TypedQuery; readonly ignored: readonly Term[] } {
  const pieces = piecesOf(text);
  const terms = termsOf(text);
  const single = (key: TermKey): string | undefined => terms.findLast((term) => term.key === key)?.value;
  const version = single('version');
  const minReputation = reputationOf(single('reputation'));
  const sort = SORTS.find((one) => one === single('sort')?.toLowerCase());
  const query: TypedQuery = {
    text: pieces
      .filter(({ term }) => term === undefined)
      .map(({ raw }) => raw)
      .join(' '),
    ...listsOf(terms),
    ...(version === undefined ? {} : { version }),
    ...(minReputation === undefined ? {} : { minReputation }),
    ...(yankedOf(single('yanked')) === true ? { includeYanked: true } : {}),
    ...(sort === undefined ? {} : { sort }),
  };
  return { query, ignored: terms.filter((term) => !isUsable(term)) };
}

/** The filters of a text that have a value. */
export function termsOf(text: string): readonly Term[] {
  return piecesOf(text).flatMap(({ term }) => (term === undefined || term.value === '' ? [] : [term]));
}

/** Whether the text has the filter. Values are compared case-insensitively, except publisher IDs. */
export function hasTerm(text: string, { key, value }: Term): boolean {
  return piecesOf(text).some(({ term }) => term?.key === key && sameValue(key, term.value, value));
}

/** The text with the filter: appended, or in place of another one of its key that allows only one value. */
export function withTerm(text: string, term: Term): string {
  const others = term.key in LISTS ? withoutTerm(text, term) : withoutKey(text, term.key);
  return [...piecesOf(others).map(({ raw }) => raw), termText(term)].join(' ');
}

/** The text without this filter. */
export function withoutTerm(text: string, { key, value }: Term): string {
  return joined(piecesOf(text).filter(({ term }) => term?.key !== key || !sameValue(key, term.value, value)));
}

/** The text without any filter of this key. */
export function withoutKey(text: string, key: TermKey): string {
  return joined(piecesOf(text).filter(({ term }) => term?.key !== key));
}

/** Whether the syntax can express this value: not when it has quotes, control characters or outer white space. */
export function canBeTyped(value: string): boolean {
  return value !== '' && value === value.trim() && !/["\p{Cc}]/u.test(value);
}

/**
 * One word of a command line as a part of a search text: a filter whose value has spaces, which the shell has taken the
 * quotes from, gets them back.
 */
export function typedOperand(operand: string): string {
  const colon = operand.indexOf(':');
  const value = operand.slice(colon + 1);
  const isFilter = colon > 0 && keyOf(operand.slice(0, colon)) !== undefined;
  return isFilter && /\s/.test(value) && !value.includes('"') ? `${operand.slice(0, colon)}:"${value}"` : operand;
}

function termText({ key, value }: Term): string {
  return /\s/.test(value) ? `${key}:"${value}"` : `${key}:${value}`;
}

function joined(pieces: readonly Piece[]): string {
  return pieces.map(({ raw }) => raw).join(' ');
}

/** Split at white space outside quotes; an unclosed quote extends to the end. */
function piecesOf(text: string): Piece[] {
  return [...text.matchAll(/(\p{L}+):"([^"]*)"?|\S+/gu)].map(([raw, quotedKey, quoted]) => {
    const colon = raw.indexOf(':');
    const key = keyOf(quotedKey ?? raw.slice(0, Math.max(colon, 0)));
    if (key === undefined) return { raw };
    return { raw, term: { key, value: (quoted ?? raw.slice(colon + 1)).trim() } };
  });
}

function keyOf(typed: string): TermKey | undefined {
  const key = typed.toLowerCase();
  if (Object.hasOwn(ALIASES, key)) return ALIASES[key];
  return KEYS.includes(key) ? (key as TermKey) : undefined;
}

function listsOf(terms: readonly Term[]): Partial<TypedQuery> {
  const lists = Object.entries(LISTS).map(([key, field]) => {
    const values = terms.filter((term) => term.key === key).map(({ value }) => value);
    return [field, [...new Set(values)]] as const;
  });
  return Object.fromEntries(lists.filter(([, values]) => values.length > 0));
}

function isUsable({ key, value }: Term): boolean {
  switch (key) {
    case 'sort':
      return (SORTS as readonly string[]).includes(value.toLowerCase());
    case 'yanked':
      return yankedOf(value) !== undefined;
    case 'reputation':
      return reputationOf(value) !== undefined;
    case 'tag':
    case 'category':
    case 'license':
    case 'publisher':
    case 'version':
      return true;
  }
}

function yankedOf(value = ''): boolean | undefined {
  const answers: Readonly<Record<string, boolean>> = { yes: true, true: true, no: false, false: false };
  const answer = value.toLowerCase();
  return Object.hasOwn(answers, answer) ? answers[answer] : undefined;
}

function reputationOf(value = ''): number | undefined {
  const number = /^(?:\d+(?:\.\d*)?|\.\d+)$/.test(value) ? Number(value) : NaN;
  return number >= 0 && number <= 1 ? number : undefined;
}

function sameValue(key: TermKey, a: string, b: string): boolean {
  return key === 'publisher' ? a === b : a.toLowerCase() === b.toLowerCase();
}
