import type { Database } from '../../sqlite/database.ts';
import type { StatementRunner } from './index-package.ts';
import { fold, words } from './words.ts';

/** Shorter words have too many neighbors, and longer ones are rarely typed. */
const MIN_WORD_LENGTH = 4;
const MAX_WORD_LENGTH = 24;
/** Words of one package that misspellings can find. */
const MAX_WORDS_PER_PACKAGE = 16;
/** Neighbors that are examined, and that are returned. */
const MAX_NEIGHBORS = 200;
const MAX_ALTERNATIVES = 5;

const INSERT_SPELLING = 'INSERT OR IGNORE INTO spellings (shortened, word) VALUES (?, ?)';

/** Adds the words of packages' names and tags. Words of removed packages stay; they match nothing. */
export function indexWords(db: StatementRunner, packages: readonly { name: string; tags: readonly string[] }[]): void {
  for (const word of new Set(packages.flatMap(wordsOf))) {
    if (db.run(INSERT_SPELLING, word, word).changes === 0) continue;
    for (const shortened of shortenings(word)) db.run(INSERT_SPELLING, shortened, word);
  }
}

function wordsOf({ name, tags }: { name: string; tags: readonly string[] }): string[] {
  const all = new Set(words(fold(`${name} ${tags.join(' ')}`)).filter(canBeCorrected));
  return [...all].slice(0, MAX_WORDS_PER_PACKAGE);
}

/**
 * Known words at one typing error from `word`: an additional, missing or wrong character, or two neighbors exchanged.
 * Words with the same beginning come first.
 *
 * Such words share a form among themselves and their forms with one character deleted (the symmetric-delete method of
 * SymSpell), so some 25 lookups are sufficient for any number of words.
 */
export function alternatives(db: Database, word: string): string[] {
  const wanted = fold(word);
  if (!canBeCorrected(wanted)) return [];
  const initial = wanted.charAt(0);
  const keys = JSON.stringify([...shortenings(wanted)]);
  return db
    .all<{ word: string }>(
      'SELECT DISTINCT word FROM spellings WHERE shortened IN (SELECT value FROM json_each(?)) LIMIT ?',
      keys,
      MAX_NEIGHBORS,
    )
    .map((row) => row.word)
    .filter((known) => known !== wanted && isOneErrorApart(known, wanted))
    .sort((a, b) => Number(b.startsWith(initial)) - Number(a.startsWith(initial)) || (a < b ? -1 : 1))
    .slice(0, MAX_ALTERNATIVES);
}

/**
 * Whether one insertion, deletion, substitution or exchange of neighboring characters turns one word into the other.
 */
export function isOneErrorApart(a: string, b: string): boolean {
  let start = 0;
  while (start < a.length && a.charAt(start) === b.charAt(start)) start++;
  const [restA, restB] = [a.slice(start), b.slice(start)];
  const exchanged = restA.charAt(1) + restA.charAt(0) + restA.slice(2);
  return restA.slice(1) === restB.slice(1) || [restA.slice(1), exchanged].includes(restB) || restA === restB.slice(1);
}

function canBeCorrected(word: string): boolean {
  return word.length >= MIN_WORD_LENGTH && word.length <= MAX_WORD_LENGTH;
}

function shortenings(word: string): Set<string> {
  const all = new Set([word]);
  for (let index = 0; index < word.length; index++) all.add(word.slice(0, index) + word.slice(index + 1));
  return all;
}
