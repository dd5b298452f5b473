import { replaceUnseen } from '../../paths/path-characters.ts';
import type { Located } from './manifest.ts';
import type { Report } from './report.ts';

export interface TextRules {
  /** What the text is, in words for the user: `description`. */
  readonly what: string;
  /** Most UTF-16 units that are kept. */
  readonly limit: number;
  /** Keep line breaks. */
  readonly multiline?: boolean;
}

/**
 * A text of a manifest as it may be published: NFC, trimmed, without control, invisible and direction-changing
 * characters, cut to its limit. What was changed visibly is reported. Undefined when nothing is left.
 */
export function cleanText(report: Report, text: Located<string> | undefined, rules: TextRules): string | undefined {
  if (text === undefined) return undefined;
  const written = tidySpace(text.value, rules.multiline === true);
  const seen = replaceUnseen(written, (character) => (character === '\n' ? character : ''));
  if (seen !== written) {
    const message = `Control or invisible characters were removed from the ${rules.what}.`;
    report.add('warning', 'manifest-invisible', message, text.at);
  }
  const clean = seen
    .replace(/[^\S\n]+/g, ' ')
    .replace(/ ?\n ?/g, '\n')
    .normalize('NFC')
    .trim();
  if (clean.length <= rules.limit) return clean === '' ? undefined : clean;
  const message = `The ${rules.what} has ${clean.length} characters; it was cut to ${rules.limit}.`;
  report.add('warning', 'manifest-cut', message, text.at);
  return cut(clean, rules.limit);
}

/** Usual white space as spaces and line feeds. The selector of the coloured form of an emoji goes without a word. */
function tidySpace(text: string, multiline: boolean): string {
  const plain = text
    .replaceAll('\ufe0f', '')
    .replace(/\r\n?/g, '\n')
    .replace(/[\t\f\v]/g, ' ');
  return multiline ? plain : plain.replaceAll('\n', ' ');
}

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** The longest start of whole graphemes that fits with an ellipsis behind it. */
function cut(text: string, limit: number): string {
  const room = limit - 1;
  const end = graphemes.segment(text).containing(room)?.index ?? room;
  // A single grapheme may be longer than the whole limit: then only code points are kept whole.
  const start = end > 0 ? text.slice(0, end) : text.slice(0, room).replace(/\p{Cs}$/u, '');
  return `${start.trimEnd()}…`;
}
