import { fold, queryWords } from './words.ts';

/** Names with a lower similarity are unrelated (ggen's constant). */
const MIN_SIMILARITY = 0.7;

/** The fields of a package that search ranking compares with a text. */
export interface Rankable {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly tags: readonly string[];
}

/**
 * Returns an FTS5 expression that matches every word of `text` as a prefix; undefined when the text has no word, which
 * matches everything. Words are quoted, so that user input is never query syntax. A single letter is a prefix of a
 * third of all words: beside other words it is ignored, alone it matches only itself.
 *
 * @param variants other spellings of a word that match as well
 */
export function fullTextQuery(
  text: string,
  variants: (word: string) => readonly string[] = () => [],
): string | undefined {
  const all = queryWords(text);
  const significantWords = all.filter((word) => word.length > 1);
  const [letter] = all;
  if (significantWords.length === 0) return letter === undefined ? undefined : `"${letter}"`;
  return significantWords.map((word) => termQuery([word, ...variants(word)])).join(' AND ');
}

/** One word or any of its variants, each as a prefix. */
function termQuery(variants: readonly string[]): string {
  const terms = variants.map((word) => `"${word}"*`);
  return terms.length === 1 ? terms.join('') : `(${terms.join(' OR ')})`;
}

/**
 * Scores how well a package matches a text: 100 for the exact name, else 50 for a name that contains it, else 30 times
 * the similarity of the names above 0.7; 20 for a description that contains it; 10 for each matching word and tag
 * (ggen's relevance). The text is parsed once for all packages.
 */
export function relevance(text: string): (candidate: Rankable) => number {
  const foldedText = fold(text.trim());
  const wantedWords = queryWords(fold(text)).map((word) => ({ word, whole: wholeWord(word) }));
  return ({ name, title, description, tags }) => {
    if (foldedText === '') return 0;
    const described = fold(description);
    let score = nameScore(name, foldedText);
    if (described.includes(foldedText)) score += 20;
    const tagged = tags.map(fold);
    for (const { word, whole } of wantedWords) {
      if (whole.test(name) || whole.test(described) || whole.test(fold(title))) score += 10;
      if (tagged.includes(word)) score += 10;
    }
    return score;
  };
}

/** Matches a whole word. Words consist of letters and digits, so they need no escaping. */
function wholeWord(word: string): RegExp {
  return new RegExp(`(?<![\\p{L}\\p{N}])${word}(?![\\p{L}\\p{N}])`, 'u');
}

function nameScore(name: string, foldedText: string): number {
  if (name === foldedText) return 100;
  if (name.includes(foldedText)) return 50;
  const similarity = diceSimilarity(name, foldedText);
  return similarity > MIN_SIMILARITY ? 30 * similarity : 0;
}

/** Sørensen–Dice coefficient over pairs of neighboring characters, from 0 to 1. */
export function diceSimilarity(a: string, b: string): number {
  if (a === b) return 1;
  if (a.length < 2 || b.length < 2) return 0;
  const pairs = new Map<string, number>();
  for (let i = 0; i < a.length - 1; i++) {
    const pair = a.slice(i, i + 2);
    pairs.set(pair, (pairs.get(pair) ?? 0) + 1);
  }
  let common = 0;
  for (let i = 0; i < b.length - 1; i++) {
    const pair = b.slice(i, i + 2);
    const left = pairs.get(pair) ?? 0;
    if (left > 0) {
      pairs.set(pair, left - 1);
      common++;
    }
  }
  return (2 * common) / (a.length + b.length - 2);
}
