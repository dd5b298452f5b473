import type { Diagnostic } from '../../../shared/model.ts';
import { foldCase } from '../../paths/path-safety.ts';

/**
 * Letters of other scripts that look like Latin ones, the Latin letter first: those of Unicode's confusables (UTS 39)
 * that look alike in nearly all typefaces.
 */
const LOOK_ALIKES = [
  'aаα', 'bƄЬ', 'cсϲⅽ', 'dԁⅾ', 'eеҽ', 'gɡց', 'hһհ', 'iіιⅰ', 'jјϳ', 'kкκ', 'lӏⅼ', 'mⅿ', 'nոп', 'oоοօ', 'pрρ', 'qԛզ', 'rг', 'sѕ',
  'tτ', 'uυս', 'vνѵⅴ', 'wԝա', 'xхⅹ', 'yуγ', 'AАΑ', 'BВΒ', 'CСϹ', 'EЕΕ', 'FϜ', 'GԌ', 'HНΗ', 'IІΙ', 'JЈ', 'KКΚ', 'MМΜ', 'NΝ', 'OОΟ',
  'PРΡ', 'SЅ', 'TТΤ', 'VѴ', 'WԜ', 'XХΧ', 'YҮΥ', 'ZΖ',
]; // prettier-ignore
const LATIN_LOOK_ALIKES = new Map(
  LOOK_ALIKES.flatMap(([latin = '', ...others]) => others.map((other): [string, string] => [other, latin])),
);
const MAX_DIAGNOSTICS = 100;

/** Maps a name to its visual form: names with equal skeletons look the same (UTS 39). */
export function skeleton(name: string): string {
  return foldCase(
    Array.from(name.normalize('NFKC'), (character) => LATIN_LOOK_ALIKES.get(character) ?? character).join(''),
  );
}

/** Warns of file names that look like other names in the project or mix scripts. */
export function lookAlikeDiagnostics(paths: readonly string[]): Diagnostic[] {
  const seen = new Map<string, string>();
  const diagnostics: Diagnostic[] = [];
  for (const path of paths) {
    // A name in ASCII is its own skeleton, which saves time for most files.
    const other = seen.get(skeletonOf(path));
    seen.set(skeletonOf(path), other ?? path);
    if (other !== undefined) diagnostics.push(lookAlikeDiagnostic(path, `looks like "${other}"`));
    else if (path.split('/').some(mixesScripts)) {
      diagnostics.push(lookAlikeDiagnostic(path, 'mixes Latin letters with look-alikes from another script'));
    }
    if (diagnostics.length >= MAX_DIAGNOSTICS) break;
  }
  return diagnostics;
}

function skeletonOf(path: string): string {
  return isAscii(path) ? foldCase(path) : skeleton(path);
}

/** Checks single words: `ру-docs` has two words in two scripts, `рaypal` mixes scripts in one word. */
function mixesScripts(segment: string): boolean {
  if (isAscii(segment)) return false;
  return segment.split(/[^\p{L}\p{M}]+/u).some((word) => /\p{Script=Latin}/u.test(word) && hasLookAlike(word));
}

function hasLookAlike(word: string): boolean {
  return Array.from(word).some((character) => LATIN_LOOK_ALIKES.has(character));
}

function isAscii(text: string): boolean {
  return /^\p{ASCII}*$/u.test(text);
}

function lookAlikeDiagnostic(path: string, what: string): Diagnostic {
  const message = `"${path}" ${what}. It can be mistaken for another file. Rename it.`;
  return { severity: 'warning', code: 'name-look-alike', message, path };
}
