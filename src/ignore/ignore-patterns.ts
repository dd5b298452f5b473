/** Text of an ignore file as patterns that are relative to the root of the whole tree. */

import { GgenError } from '../shared/errors.ts';

/**
 * Most `**` in one pattern. The time to match grows with the depth of a path to this power, and an ignore file may come
 * from anybody: three take a millisecond in the deepest tree, six take seconds for each file.
 */
const MAX_DOUBLE_STARS = 3;

/** Characters that have no place in a message: controls, invisible ones, those that change the direction. */
const UNPRINTABLE_CHARACTERS = /[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/gu;

/** Characters with a meaning in patterns. */
const PATTERN_CHARACTERS = /[\\*?[\]!#]/g;

/**
 * The patterns of an ignore file, in order, each rewritten so that it means the same when read from the root: git reads
 * a pattern relative to the folder of its file.
 *
 * @param folder the ignore file's folder from the root on, forward slashes; empty for the root itself
 * @throws GgenError InvalidRequest, for a pattern that takes too long to match
 */
export function parsePatterns(text: string, folder: string): string[] {
  return text
    .replace(/^\ufeff/, '')
    .split(/\r?\n/)
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => rebase(line, folder))
    .filter((pattern) => pattern !== undefined);
}

/** Patterns that a manifest lists, relative to the folder of the manifest. */
export function parsePatternList(list: readonly string[], folder: string): string[] {
  return list.flatMap((pattern) => parsePatterns(pattern, folder));
}

function rebase(line: string, folder: string): string | undefined {
  const negated = line.startsWith('!');
  const body = trimSpaces(negated ? line.slice(1) : line).normalize('NFC');
  if (body === '' || /^\/+$/.test(body)) return undefined;
  if ((body.match(/\*\*+/g) ?? []).length > MAX_DOUBLE_STARS) throw patternTooComplexError(line, folder);
  const sign = negated ? '!' : '';
  if (folder === '') return sign + body;
  const prefix = folder.replace(PATTERN_CHARACTERS, '\\$&');
  // A slash before the end ties a pattern to its folder; without one it holds at any depth below.
  const anchored = body.slice(0, -1).includes('/');
  return `${sign}/${prefix}/${anchored ? body.replace(/^\//, '') : `**/${body}`}`;
}

/** Spaces at the end do not count unless a backslash stands before them. */
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
