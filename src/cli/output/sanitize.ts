/** Control characters and bidirectional overrides: text of other peers must not control the terminal. */
// eslint-disable-next-line no-control-regex -- control characters are what it matches
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/gu;

/** What follows the escape character of a color (ECMA-48, SGR). */
const COLOR = /^\[\d{1,2}m/;

/** Characters that JSON leaves as they are although they control a terminal. */
const UNSAFE_IN_JSON = /[\u007f-\u009f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/gu;

/** Text of a result without control characters; line breaks and colors stay. */
export function sanitizeOutput(text: string): string {
  return text.replace(UNSAFE, (character, offset: number) => {
    const isColor = character === '\u001b' && COLOR.test(text.slice(offset + 1, offset + 5));
    return character === '\n' || isColor ? character : '';
  });
}

/** JSON, or a double-quoted scalar of YAML, with the characters escaped that would control a terminal. */
export function escapeControls(json: string): string {
  return json.replace(UNSAFE_IN_JSON, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

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
