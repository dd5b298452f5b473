import type { Database } from '../../sqlite/database.ts';
import type { Statements } from './index-package.ts';
import { fold, words } from './words.ts';

/** Shorter words have too many neighbours; longer ones are not what people type. */
const SHORTEST = 4;
const LONGEST = 24;
/** Words of one package that can be found by a misspelling. */
const WORDS_PER_PACKAGE = 16;
/** Neighbours that are looked at, and that are taken. */
const MOST_NEIGHBOURS = 200;
const MOST_ALTERNATIVES = 5;

const ENTER = 'INSERT OR IGNORE INTO spellings (shortened, word) VALUES (?, ?)';

/** Enter the words of packages' names and tags. Words stay when a package goes: they then lead nowhere. */
export function learnWords(db: Statements, packages: readonly { name: string; tags: readonly string[] }[]): void {
  for (const word of new Set(packages.flatMap(wordsOf))) {
    if (db.run(ENTER, word, word).changes === 0) continue;
    for (const shortened of shortenings(word)) db.run(ENTER, shortened, word);
  }
}

function wordsOf({ name, tags }: { name: string; tags: readonly string[] }): string[] {
  const all = new Set(words(fold(`${name} ${tags.join(' ')}`)).filter(canBeCorrected));
  return [...all].slice(0, WORDS_PER_PACKAGE);
}

/**
 * Known words that differ from `word` by one typing error: a character too many, too few, another one, or two
 * neighbours exchanged. Those that begin alike come first.
 *
 * Two such words share an entry among themselves and their shortenings by one character (the symmetric-delete method of
 * SymSpell), so this looks up some 25 keys however many words are known.
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
      MOST_NEIGHBOURS,
    )
    .map((row) => row.word)
    .filter((known) => known !== wanted && isOneErrorApart(known, wanted))
    .sort((a, b) => Number(b.startsWith(initial)) - Number(a.startsWith(initial)) || (a < b ? -1 : 1))
    .slice(0, MOST_ALTERNATIVES);
}

/** Whether one insertion, deletion, substitution or exchange of neighbours makes one of the other. */
export function isOneErrorApart(a: string, b: string): boolean {
  let start = 0;
  while (start < a.length && a.charAt(start) === b.charAt(start)) start++;
  const [restA, restB] = [a.slice(start), b.slice(start)];
  const exchanged = restA.charAt(1) + restA.charAt(0) + restA.slice(2);
  return restA.slice(1) === restB.slice(1) || [restA.slice(1), exchanged].includes(restB) || restA === restB.slice(1);
}

function canBeCorrected(word: string): boolean {
  return word.length >= SHORTEST && word.length <= LONGEST;
}

function shortenings(word: string): Set<string> {
  const all = new Set([word]);
  for (let index = 0; index < word.length; index++) all.add(word.slice(0, index) + word.slice(index + 1));
  return all;
}
