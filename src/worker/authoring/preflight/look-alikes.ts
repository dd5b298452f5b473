import type { Diagnostic } from '../../../shared/model.ts';
import { foldCase } from '../../paths/path-safety.ts';

/**
 * Letters of other scripts that look like Latin ones, the Latin letter first. Out of Unicode's confusables (UTS 39), those
 * that are alike in nearly every typeface.
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

/** What a name looks like: two names with one skeleton cannot be told apart. */
export function skeleton(name: string): string {
  return foldCase(
    Array.from(name.normalize('NFKC'), (character) => LATIN_LOOK_ALIKES.get(character) ?? character).join(''),
  );
}

/** Names that look like others, or like something that they are not. */
export function lookAlikeDiagnostics(paths: readonly string[]): Diagnostic[] {
  const seen = new Map<string, string>();
  const diagnostics: Diagnostic[] = [];
  for (const path of paths) {
    // Names in ASCII alone are what they look like; most are, and looking closer takes time.
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

/** Within one word: `ру-docs` is two words of two scripts, `рaypal` is a trap. */
function mixesScripts(segment: string): boolean {
  if (isAscii(segment)) return false;
  return segment.split(/[^\p{L}\p{M}]+/u).some((word) => /\p{Script=Latin}/u.test(word) && hasLookAlike(word));
}

function hasLookAlike(word: string): boolean {
  return Array.from(word).some((character) => LATIN_LOOK_ALIKES.has(character));
}

function isAscii(text: string): boolean {
  // eslint-disable-next-line no-control-regex -- all of ASCII is meant
  return /^[\x00-\x7f]*$/.test(text);
}

function lookAlikeDiagnostic(path: string, what: string): Diagnostic {
  const message = `"${path}" ${what}. It can be mistaken for another file. Rename it.`;
  return { severity: 'warning', code: 'name-look-alike', message, path };
}
