import assert from 'node:assert/strict';
import { isAlwaysExcluded } from '../../../src/ignore/always-excluded.ts';
import { IgnoreRules } from '../../../src/ignore/ignore-rules.ts';
import { parsePatterns } from '../../../src/ignore/ignore-patterns.ts';
import type { IgnorePattern } from '../../../src/ignore/ignore-patterns.ts';

const patterns = (...list: readonly string[]): IgnorePattern[] =>
  list.map((pattern) => ({ pattern, written: pattern }));

const ignores = (rules: IgnoreRules, path: string, folder: boolean): boolean =>
  rules.ignoring(path, folder) !== undefined;

const none = { git: [], manifest: [], ggen: [] };

describe('ignore rules', () => {
  it('match the patterns of a folder only below it', () => {
    const rules = new IgnoreRules(none, '').forFolder('docs', { gitignore: '*.tmp\n/build\n' });
    assert.equal(ignores(rules, 'docs/a/b.tmp', false), true);
    assert.equal(ignores(rules, 'docs/build', true), true);
    assert.equal(ignores(rules, 'docs/a/build', true), false);
    assert.equal(ignores(rules, 'b.tmp', false), false);
  });

  it('let .ggenignore override the manifest, and the manifest override .gitignore', () => {
    const rules = new IgnoreRules({ git: patterns('a', 'b'), manifest: patterns('!a', '!b'), ggen: patterns('b') }, '');
    assert.equal(ignores(rules, 'a', false), false);
    assert.equal(ignores(rules, 'b', false), true);
  });

  it('are case-sensitive', () => {
    const rules = new IgnoreRules({ ...none, git: patterns('readme') }, '');
    assert.equal(ignores(rules, 'README', false), false);
  });

  it('stay the same in a folder without ignore files', () => {
    const rules = new IgnoreRules({ ...none, git: patterns('a') }, '');
    assert.equal(rules.forFolder('docs', {}), rules);
    assert.equal(rules.size, 1);
  });
});

describe('ignore patterns', () => {
  it('are rewritten to be relative to the root', () => {
    const text = '\ufeff# comment\n\n*.log\n!keep.log\n/only\na/b\nends\\ \n/\n';
    const parsed = parsePatterns(text, 'x[1]', '.gitignore');
    assert.deepEqual(
      parsed.map(({ pattern, line }) => [pattern, line]),
      [
        ['/x\\[1\\]/**/*.log', 3],
        ['!/x\\[1\\]/**/keep.log', 4],
        ['/x\\[1\\]/only', 5],
        ['/x\\[1\\]/a/b', 6],
        ['/x\\[1\\]/**/ends\\ ', 7],
      ],
    );
    assert.deepEqual([parsed[0]?.written, parsed[0]?.file], ['*.log', 'x[1]/.gitignore']);
  });

  it('are refused when they take too long to match', () => {
    assert.throws(() => parsePatterns('**/**/**/**/a', '', '.gitignore'), { name: 'InvalidRequest' });
  });
});

describe('entries that are always excluded', () => {
  it('are data of version control and backups of editors, in any case', () => {
    assert.deepEqual(
      ['.git', '.DS_Store', 'NODE_MODULES', 'a~', '.a.swp', '#a#', '.#a', '.vscode', 'dist', 'a'].filter(
        isAlwaysExcluded,
      ),
      ['.git', '.DS_Store', 'NODE_MODULES', 'a~', '.a.swp', '#a#', '.#a'],
    );
  });
});
