/** Words of one text that are looked at; what comes after them changes no answer. */
const MAX_QUERY_WORDS = 16;

/** Text for comparing: lower case, without accents, composed. */
export function fold(text: string): string {
  const lower = text.toLowerCase();
  // Most texts are ASCII, and every package that a search looks at comes through here.
  // eslint-disable-next-line no-control-regex -- ASCII begins with the control characters
  return /^[\x00-\x7f]*$/.test(lower)
    ? lower
    : lower
        .normalize('NFD')
        .replaceAll(/\p{M}+/gu, '')
        .normalize('NFC');
}

/** Words of a text as the full-text index sees them. */
export function words(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
}

/** The words that a search is about. */
export function queryWords(text: string): string[] {
  return words(text).slice(0, MAX_QUERY_WORDS);
}
