import assert from 'node:assert/strict';
import { isAlwaysExcluded } from '../../../src/ignore/always-excluded.ts';
import { IgnoreRules } from '../../../src/ignore/ignore-rules.ts';
import { parsePatterns } from '../../../src/ignore/ignore-patterns.ts';

const none = { git: [], manifest: [], ggen: [] };

describe('ignore rules', () => {
  it('match the patterns of a folder only below it', () => {
    const rules = new IgnoreRules(none, '').forFolder('docs', { gitignore: '*.tmp\n/build\n' });
    assert.equal(rules.ignores('docs/a/b.tmp', false), true);
    assert.equal(rules.ignores('docs/build', true), true);
    assert.equal(rules.ignores('docs/a/build', true), false);
    assert.equal(rules.ignores('b.tmp', false), false);
  });

  it('let .ggenignore override the manifest, and the manifest override .gitignore', () => {
    const rules = new IgnoreRules({ git: ['a', 'b'], manifest: ['!a', '!b'], ggen: ['b'] }, '');
    assert.equal(rules.ignores('a', false), false);
    assert.equal(rules.ignores('b', false), true);
  });

  it('are case-sensitive', () => {
    const rules = new IgnoreRules({ ...none, git: ['readme'] }, '');
    assert.equal(rules.ignores('README', false), false);
  });

  it('stay the same in a folder without ignore files', () => {
    const rules = new IgnoreRules({ ...none, git: ['a'] }, '');
    assert.equal(rules.forFolder('docs', {}), rules);
    assert.equal(rules.size, 1);
  });
});

describe('ignore patterns', () => {
  it('are rewritten to be relative to the root', () => {
    const text = '\ufeff# comment\n\n*.log\n!keep.log\n/only\na/b\nends\\ \n/\n';
    assert.deepEqual(parsePatterns(text, 'x[1]'), [
      '/x\\[1\\]/**/*.log',
      '!/x\\[1\\]/**/keep.log',
      '/x\\[1\\]/only',
      '/x\\[1\\]/a/b',
      '/x\\[1\\]/**/ends\\ ',
    ]);
  });

  it('are refused when they take too long to match', () => {
    assert.throws(() => parsePatterns('**/**/**/**/a', ''), { name: 'InvalidRequest' });
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
