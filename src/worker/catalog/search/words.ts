/** Further words of a query are ignored. */
const MAX_QUERY_WORDS = 16;

/** Folds a text for comparison: lower case, without accents, composed. */
export function fold(text: string): string {
  const lower = text.toLowerCase();
  // Most texts are ASCII, and search folds several texts per candidate.
  return /^\p{ASCII}*$/u.test(lower)
    ? lower
    : lower
        .normalize('NFD')
        .replaceAll(/\p{M}+/gu, '')
        .normalize('NFC');
}

/** Splits a text into words as the full-text index does. */
export function words(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
}

/** Splits a query into a bounded number of words. */
export function queryWords(text: string): string[] {
  return words(text).slice(0, MAX_QUERY_WORDS);
}
