import { replaceInvisibleCharacters } from '../../paths/invisible-characters.ts';
import type { Located } from './manifest.ts';
import type { DiagnosticCollector } from './diagnostic-collector.ts';

export interface TextRules {
  /** What the text is, in words for the user: `description`. */
  readonly what: string;
  /** Most UTF-16 units that are kept. */
  readonly maxLength: number;
  /** Keep line breaks. */
  readonly multiline?: boolean;
}

/**
 * A text of a manifest as it may be published: NFC, trimmed, without control, invisible and direction-changing
 * characters, cut to its limit. What was changed visibly is reported. Undefined when nothing is left.
 */
export function cleanText(
  report: DiagnosticCollector,
  text: Located<string> | undefined,
  rules: TextRules,
): string | undefined {
  if (text === undefined) return undefined;
  const written = normalizeWhitespace(text.value, rules.multiline === true);
  const visible = replaceInvisibleCharacters(written, (character) => (character === '\n' ? character : ''));
  if (visible !== written) {
    const message = `Control or invisible characters were removed from the ${rules.what}.`;
    report.add('warning', 'manifest-invisible', message, text.at);
  }
  const clean = visible
    .replace(/[^\S\n]+/g, ' ')
    .replace(/ ?\n ?/g, '\n')
    .normalize('NFC')
    .trim();
  if (clean.length <= rules.maxLength) return clean === '' ? undefined : clean;
  const message = `The ${rules.what} has ${clean.length} characters and was truncated to ${rules.maxLength}.`;
  report.add('warning', 'manifest-cut', message, text.at);
  return truncate(clean, rules.maxLength);
}

/** Usual white space as spaces and line feeds. The selector of the colored form of an emoji goes without a word. */
function normalizeWhitespace(text: string, multiline: boolean): string {
  const plain = text
    .replaceAll('\ufe0f', '')
    .replace(/\r\n?/g, '\n')
    .replace(/[\t\f\v]/g, ' ');
  return multiline ? plain : plain.replaceAll('\n', ' ');
}

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** The longest start of whole graphemes that fits with an ellipsis behind it. */
function truncate(text: string, maxLength: number): string {
  const maxEnd = maxLength - 1;
  const end = graphemes.segment(text).containing(maxEnd)?.index ?? maxEnd;
  // A single grapheme may be longer than the whole limit: then only code points are kept whole.
  const start = end > 0 ? text.slice(0, end) : text.slice(0, maxEnd).replace(/\p{Cs}$/u, '');
  return `${start.trimEnd()}…`;
}
