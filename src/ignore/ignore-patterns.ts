/** Parses ignore files into patterns that are relative to the root of the whole tree. */

import { GgenError } from '../shared/errors.ts';

/**
 * The time to match a pattern grows with the depth of the path to the power of its `**`. The author of an ignore file
 * is not trusted: with three, a match takes a millisecond in the deepest tree; with six, it takes seconds per file.
 */
const MAX_DOUBLE_STARS = 3;

/** Characters that are not shown in messages: control characters, invisible ones, direction marks. */
const UNPRINTABLE_CHARACTERS = /[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/gu;

/** Characters with a special meaning in patterns. */
const PATTERN_CHARACTERS = /[\\*?[\]!#]/g;

/** A pattern of an ignore file or a manifest. */
export interface IgnorePattern {
  /** Relative to the root of the whole tree. */
  readonly pattern: string;
  /** As written. */
  readonly written: string;
  /** File that contains it, relative to the root of the whole tree. */
  readonly file?: string;
  readonly line?: number;
}

/**
 * The patterns of an ignore file, in order. A pattern is relative to the folder of its file, as in git; the result is
 * relative to the root.
 *
 * @param folder path of the ignore file's folder from the root, with forward slashes; empty for the root
 * @param name of the ignore file
 * @throws GgenError InvalidRequest for a pattern that takes too long to match
 */
export function parsePatterns(text: string, folder: string, name: string): IgnorePattern[] {
  const file = folder === '' ? name : `${folder}/${name}`;
  const lines = text.replace(/^\ufeff/, '').split(/\r?\n/);
  return lines.flatMap((written, index) => parsePattern({ written, file, line: index + 1 }, folder));
}

/**
 * A pattern relative to a folder; none for an empty line or a comment.
 *
 * @throws GgenError InvalidRequest for a pattern that takes too long to match
 */
export function parsePattern(source: Omit<IgnorePattern, 'pattern'>, folder: string): IgnorePattern[] {
  const { written } = source;
  const pattern = written === '' || written.startsWith('#') ? undefined : rebase(written, folder);
  return pattern === undefined ? [] : [{ ...source, pattern }];
}

function rebase(line: string, folder: string): string | undefined {
  const negated = line.startsWith('!');
  const body = trimSpaces(negated ? line.slice(1) : line).normalize('NFC');
  if (body === '' || /^\/+$/.test(body)) return undefined;
  if ((body.match(/\*\*+/g) ?? []).length > MAX_DOUBLE_STARS) throw patternTooComplexError(line, folder);
  const sign = negated ? '!' : '';
  if (folder === '') return sign + body;
  const prefix = folder.replace(PATTERN_CHARACTERS, '\\$&');
  // A pattern with a slash before its end matches from its folder on; without one it matches at any depth.
  const anchored = body.slice(0, -1).includes('/');
  return `${sign}/${prefix}/${anchored ? body.replace(/^\//, '') : `**/${body}`}`;
}

/** Removes spaces at the end, except after a backslash. */
function trimSpaces(text: string): string {
  let end = 0;
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '\\') end = Math.min(++at + 1, text.length);
    else if (text[at] !== ' ') end = at + 1;
  }
  return text.slice(0, end);
}

function patternTooComplexError(line: string, folder: string): GgenError {
  const place = folder === '' ? '' : ` in the folder ${folder}`;
  const shown = line.slice(0, 80).replace(UNPRINTABLE_CHARACTERS, '?');
  const message = `The ignore pattern "${shown}"${place} has more than ${MAX_DOUBLE_STARS} "**". Simplify the pattern.`;
  return new GgenError('InvalidRequest', message, { details: { folder } });
}
