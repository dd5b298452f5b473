import { replaceInvisibleCharacters } from '../../paths/invisible-characters.ts';
import type { Located } from './manifest.ts';
import type { DiagnosticCollector } from './diagnostic-collector.ts';

export interface TextRules {
  /** Name of the text in messages, for example `description`. */
  readonly what: string;
  /** In UTF-16 code units. */
  readonly maxLength: number;
  /** Keeps line breaks. */
  readonly multiline?: boolean;
}

/**
 * Normalizes a text for publishing: NFC, trimmed, without control, invisible and bidirectional characters, cut to its
 * limit. Reports visible changes. Undefined when nothing is left.
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

/** Converts whitespace to spaces and line feeds, and drops emoji variation selectors, which needs no warning. */
function normalizeWhitespace(text: string, multiline: boolean): string {
  const plain = text
    .replaceAll('\ufe0f', '')
    .replace(/\r\n?/g, '\n')
    .replace(/[\t\f\v]/g, ' ');
  return multiline ? plain : plain.replaceAll('\n', ' ');
}

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** Cuts between graphemes so that the text fits with an ellipsis. */
function truncate(text: string, maxLength: number): string {
  const maxEnd = maxLength - 1;
  const end = graphemes.segment(text).containing(maxEnd)?.index ?? maxEnd;
  // A single grapheme may exceed the limit; then the text is cut between code points.
  const start = end > 0 ? text.slice(0, end) : text.slice(0, maxEnd).replace(/\p{Cs}$/u, '');
  return `${start.trimEnd()}…`;
}
