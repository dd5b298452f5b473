/** The known word that is nearest to a mistyped one; undefined when none is near enough to be meant. */
export function nearest(typed: string, known: readonly string[]): string | undefined {
  const limit = Math.min(MAX_DISTANCE, Math.floor(typed.length / CHARACTERS_PER_EDIT));
  let best: { readonly word: string; readonly distance: number } | undefined;
  for (const word of known) {
    const distance = editDistance(typed.toLowerCase(), word.toLowerCase());
    if (distance <= limit && distance < (best?.distance ?? Infinity)) best = { word, distance };
  }
  return best?.word ?? extended(typed, known);
}

/** ` Did you mean 'install'?` for a mistyped word, with a leading space; empty when no known word is near. */
export function didYouMean(typed: string, known: readonly string[]): string {
  const word = nearest(typed, known);
  return word === undefined ? '' : ` Did you mean '${word}'?`;
}

const MAX_DISTANCE = 3;
const CHARACTERS_PER_EDIT = 2;
/** Fewer characters are the beginning of too many words. */
const MIN_PREFIX_LENGTH = 3;
/** Longer texts are no mistyped words. */
const MAX_WORD_LENGTH = 64;

/** The only known word that begins with the typed one. */
function extended(typed: string, known: readonly string[]): string | undefined {
  if (typed.length < MIN_PREFIX_LENGTH) return undefined;
  const [only, ...others] = known.filter((word) => word.startsWith(typed));
  return others.length === 0 ? only : undefined;
}

/** Insertions, deletions, substitutions and swaps of neighbors (optimal string alignment distance). */
function editDistance(a: string, b: string): number {
  if (a.length > MAX_WORD_LENGTH || b.length > MAX_WORD_LENGTH) return Infinity;
  const rows = [Array.from({ length: b.length + 1 }, (_, column) => column)];
  const at = (row: number, column: number): number => rows[row]?.[column] ?? Infinity;
  for (let row = 1; row <= a.length; row++) {
    rows[row] = [row];
    for (let column = 1; column <= b.length; column++) {
      const changed = a[row - 1] === b[column - 1] ? 0 : 1;
      const swapped = a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      const edits = [at(row - 1, column) + 1, at(row, column - 1) + 1, at(row - 1, column - 1) + changed];
      if (swapped) edits.push(at(row - 2, column - 2) + 1);
      rows[row]?.push(Math.min(...edits));
    }
  }
  return at(a.length, b.length);
}
