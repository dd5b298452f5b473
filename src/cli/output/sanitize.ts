/** Control characters and bidirectional overrides: text of other peers must not control the terminal. */
// eslint-disable-next-line no-control-regex -- control characters are what it matches
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/gu;

/** Untrusted text as one line without control characters. */
export function sanitize(text: string): string {
  return text.replace(/\s+/gu, ' ').replace(UNSAFE, '').trim();
}

/** Untrusted text without control characters; its line breaks stay. */
export function sanitizeLines(text: string): string {
  return text
    .split('\n')
    .map((line) => line.replaceAll('\t', '  ').replace(UNSAFE, ''))
    .join('\n');
}
