/** Control characters, and those that reorder what stands around them: a terminal must not obey a stranger's text. */
// eslint-disable-next-line no-control-regex -- these are what is looked for
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/gu;

/** A text from anywhere as one line that a terminal shows and nothing more. */
export function sanitize(text: string): string {
  return text.replace(/\s+/gu, ' ').replace(UNSAFE, '').trim();
}

/** The same for a message, whose lines stay. */
export function sanitizeLines(text: string): string {
  return text
    .split('\n')
    .map((line) => line.replaceAll('\t', '  ').replace(UNSAFE, ''))
    .join('\n');
}
