const ASCII = /^[ -~]*$/;

/** Measures texts that are not ASCII. */
let measure: (text: string) => number = (text) => text.length;

/**
 * Load the tables of Unicode that texts other than ASCII are measured with. They take longer to load than the help to
 * print, so that they are loaded before a command runs and not with the program.
 */
export async function loadWidths(): Promise<void> {
  measure = (await import('string-width')).default;
}

/** Columns that a text takes on a terminal, exactly after `loadWidths`. */
export function displayWidth(text: string): number {
  return ASCII.test(text) ? text.length : measure(text);
}

/** The text in at most `columns` columns, with an ellipsis where it is cut. */
export function truncateToWidth(text: string, columns: number): string {
  if (displayWidth(text) <= columns) return text;
  let kept = '';
  let width = 0;
  const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
  for (const { segment } of graphemes.segment(text)) {
    width += displayWidth(segment);
    if (width > columns - 1) break;
    kept += segment;
  }
  return columns < 1 ? '' : `${kept.trimEnd()}…`;
}

/** The text followed by spaces up to `columns` columns. */
export function padToWidth(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(0, columns - displayWidth(text)));
}
