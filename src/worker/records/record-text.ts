/**
 * Rules for the texts of a record.
 *
 * Forbidden characters are listed by code point and not by Unicode property: property tables grow with each Unicode
 * version, and peers with different tables would disagree about one record forever.
 */

import { recordFault } from './record-faults.ts';

/** Ranges of forbidden code points, inclusive, with the reason. */
export const FORBIDDEN_RANGES: readonly (readonly [first: number, last: number, why: string])[] = [
  [0x0000, 0x001f, 'control'],
  [0x007f, 0x009f, 'control'],
  [0x00ad, 0x00ad, 'invisible: soft hyphen'],
  [0x034f, 0x034f, 'invisible: combining grapheme joiner'],
  [0x061c, 0x061c, 'bidirectional: Arabic letter mark'],
  [0x115f, 0x1160, 'invisible: Hangul fillers'],
  [0x17b4, 0x17b5, 'invisible: Khmer inherent vowels'],
  [0x180b, 0x180f, 'invisible: Mongolian selectors'],
  [0x200b, 0x200f, 'zero width, bidirectional marks'],
  [0x2028, 0x202e, 'line separators, bidirectional embeddings and overrides'],
  [0x2060, 0x206f, 'word joiner, invisible operators, bidirectional isolates'],
  [0x2800, 0x2800, 'invisible: empty Braille pattern'],
  [0x3164, 0x3164, 'invisible: Hangul filler'],
  [0xd800, 0xdfff, 'lone surrogates'],
  [0xfe00, 0xfe0f, 'variation selectors'],
  [0xfeff, 0xfeff, 'zero width: byte order mark'],
  [0xffa0, 0xffa0, 'invisible: half-width Hangul filler'],
  [0xfff0, 0xfffb, 'interlinear annotations and unassigned specials'],
  [0xfffe, 0xffff, 'noncharacters'],
  [0x1bca0, 0x1bca3, 'invisible: shorthand controls'],
  [0x1d173, 0x1d17a, 'invisible: musical controls'],
  [0xe0000, 0xe0fff, 'tags and further variation selectors'],
];

const CHARACTER_CLASS = FORBIDDEN_RANGES.map(([first, last]) => `\\u{${first.toString(16)}}-\\u{${last.toString(16)}}`);
const FORBIDDEN = new RegExp(`[${CHARACTER_CLASS.join('')}]`, 'u');
const FORBIDDEN_BUT_NEWLINE = new RegExp(`(?!\\n)[${CHARACTER_CLASS.join('')}]`, 'u');
const EVERY_FORBIDDEN = new RegExp(`[${CHARACTER_CLASS.join('')}]`, 'gu');

export interface TextRule {
  /** In UTF-16 code units. */
  readonly max: number;
  /** May be empty, or consist of white space. */
  readonly empty?: boolean;
  /** May contain U+000A between its lines. */
  readonly lines?: boolean;
}

/**
 * @param field name of the text in the error
 * @throws GgenError RecordInvalid (`text-too-long`, `empty-text`, `forbidden-character`)
 */
export function checkText(text: string, rule: TextRule, field: string): void {
  if (text.length > rule.max) {
    throw recordFault(
      'text-too-long',
      `${field} has ${text.length} characters, at most ${rule.max} are allowed`,
      field,
    );
  }
  if (rule.empty !== true && text.trim() === '') throw recordFault('empty-text', `${field} is empty`, field);
  const found = (rule.lines === true ? FORBIDDEN_BUT_NEWLINE : FORBIDDEN).exec(text);
  if (found !== null) {
    const name = `U+${(found[0].codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
    throw recordFault('forbidden-character', `${field} contains the character ${name}`, field);
  }
  if (text.normalize('NFC') !== text) {
    throw recordFault('forbidden-character', `${field} is not in Unicode normalization form C`, field);
  }
}

/**
 * Normalizes a text for a record: NFC, without forbidden characters, white space collapsed (lines kept if the rule
 * allows), trimmed, and cut to the maximum length with an ellipsis.
 */
export function normalizeText(text: string, rule: TextRule): string {
  const lines = rule.lines === true ? text.split(/\r\n|[\n\r\u2028\u2029]/u) : [text];
  const normalized = lines.map((line) =>
    line.replaceAll(/\s+/gu, ' ').replaceAll(EVERY_FORBIDDEN, '').normalize('NFC').trim(),
  );
  return shorten(normalized.join('\n').trim(), rule.max);
}

/** Cuts to `max` UTF-16 code units without splitting a character. */
function shorten(text: string, max: number): string {
  if (text.length <= max) return text;
  let short = '';
  for (const character of text) {
    if (short.length + character.length >= max) break;
    short += character;
  }
  return `${short.trimEnd()}…`.normalize('NFC');
}
