import assert from 'node:assert/strict';
import { Minimatch } from 'minimatch';
import { Glob, matchesName } from '../../../../../src/worker/authoring/selection/glob.ts';

/** The pattern, then paths that it matches, then paths that it does not. */
const CASES: readonly (readonly [pattern: string, matching: readonly string[], other: readonly string[]])[] = [
  ['a/*.py', ['a/b.py', 'a/.py'], ['a/b/c.py', 'b.py', 'a/b.pyc']],
  ['**/*.py', ['b.py', 'a/b.py', 'a/b/c.py'], ['a/b.pyc']],
  ['a/**', ['a/b', 'a/b/c'], ['a', 'b/a/c']],
  ['a/**/b', ['a/b', 'a/x/b', 'a/x/y/b'], ['b', 'a/x/c']],
  ['a?c', ['abc', 'a.c', 'aéc'], ['ac', 'a/c', 'abbc']],
  ['[a-c]x', ['ax', 'cx'], ['dx', '-x']],
  ['[!a-c]x', ['dx', '-x'], ['ax', 'x']],
  ['[]a]', [']', 'a'], ['b', '[]a]']],
  ['[ab', ['[ab'], ['a']],
  ['a\\*b', ['a*b'], ['axb']],
  ['*a*b*', ['ab', 'xaxbx', 'aab'], ['ba', 'x']],
  ['{a,b}', ['{a,b}'], ['a']],
];

describe('globs', () => {
  for (const [pattern, matching, other] of CASES)
    it(`match as in Python, Cargo and git: ${pattern}`, () => {
      const glob = new Glob(pattern);
      assert.deepEqual(
        [...matching, ...other].filter((path) => glob.matches(path)),
        matching,
      );
    });

  it('have alternatives in braces where these mean something', () => {
    const glob = new Glob('{a,b/{c,d}}.{x,y}', { braces: true });
    const paths = ['a.x', 'a.y', 'b/c.x', 'b/d.y', 'b.x', 'a', '{a'];
    assert.deepEqual(
      paths.filter((path) => glob.matches(path)),
      paths.slice(0, 4),
    );
  });

  it('do not match hidden names with wildcards where that is asked for', () => {
    const paths = ['.a', 'b/.a', '.b/a', 'b/a'];
    assert.deepEqual(
      paths.filter((path) => new Glob('**/*', { hidden: false }).matches(path)),
      ['b/a'],
    );
    assert.ok(new Glob('.*', { hidden: false }).matches('.a'));
  });

  it('know which folders may hold a match', () => {
    const glob = new Glob('a/*/c.py');
    assert.deepEqual(
      ['a', 'a/x', 'b', 'a/x/y', 'a/x/c.py'].filter((folder) => glob.reaches(folder)),
      ['a', 'a/x'],
    );
    assert.ok(new Glob('**/x').reaches('any/where'));
  });

  it('agree with minimatch on short random patterns', () => {
    const letters = ['a', 'b', '*', '?', '/', '**/', '.'];
    const random = (at: number, list: readonly string[], length: number): string =>
      Array.from(
        { length },
        (_, index) => list[(at * 7919 + index * 104_729 + ((at >> index) & 7)) % list.length],
      ).join('');
    for (let at = 0; at < 3_000; at++) {
      const pattern = random(at, letters, (at % 6) + 1)
        .replace(/\/{2,}/g, '/')
        .replace(/^\/|\/$/g, '');
      const path = random(at + 1, ['a', 'b', 'a', '/', '.'], (at % 7) + 1)
        .replace(/\/{2,}/g, '/')
        .replace(/^\/|\/$/g, '');
      if (pattern === '' || path === '' || /(?:^|\/)\.{1,2}(?:\/|$)/.test(`${pattern}/${path}`)) continue;
      const reference = new Minimatch(pattern, {
        dot: true,
        noext: true,
        nobrace: true,
        nonegate: true,
        nocomment: true,
      });
      assert.equal(new Glob(pattern).matches(path), reference.match(path), `${pattern} and ${path}`);
    }
  });

  it('match hostile patterns in little time', () => {
    const name = 'a'.repeat(200);
    assert.equal(new Glob(`${'*a'.repeat(60)}b`).matches(name), false);
    assert.equal(new Glob(`${'**/'.repeat(60)}b`).matches(Array.from({ length: 60 }, () => 'a').join('/')), false);
    assert.equal(new Glob('{a,b}'.repeat(40), { braces: true }).matches('c'), false);
    assert.equal(matchesName(`${'*a'.repeat(60)}b`, name), false);
  });
});
