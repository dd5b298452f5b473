import assert from 'node:assert/strict';
import {
  canBeTyped,
  hasTerm,
  parseQueryText,
  typedOperand,
  withoutKey,
  withoutTerm,
  withTerm,
} from '../../../src/shared/query-text.ts';

const queryOf = (text: string): unknown => parseQueryText(text).query;

describe('the text of a search', () => {
  for (const [text, query] of [
    ['', { text: '' }],
    ['  error   types ', { text: 'error types' }],
    ['tag:web', { text: '', tags: ['web'] }],
    ['cli TAG:web tag:Server tag:web', { text: 'cli', tags: ['web', 'Server'] }],
    ['category:"data base" rows', { text: 'rows', categories: ['data base'] }],
    ['license:MIT licence:Apache-2.0', { text: '', licenses: ['MIT', 'Apache-2.0'] }],
    ['publisher:z6MkA publisher:z6Mka', { text: '', publishers: ['z6MkA', 'z6Mka'] }],
    ['version:^1 version:^2', { text: '', version: '^2' }],
    ['version:">=1 <2" x', { text: 'x', version: '>=1 <2' }],
    ['sort:Updated', { text: '', sort: 'updated' }],
    ['yanked:yes', { text: '', includeYanked: true }],
    ['yanked:no', { text: '' }],
    ['reputation:0.7', { text: '', minReputation: 0.7 }],
    ['reputation:0', { text: '', minReputation: 0 }],
  ] as const) {
    it(`'${text}' is ${JSON.stringify(query)}`, () => {
      assert.deepEqual(queryOf(text), query);
      assert.deepEqual(parseQueryText(text).ignored, []);
    });
  }

  for (const text of ['std::fmt', 'http://x', 'color:red', ':web', 'constructor:x', '__proto__:x', '"tag:web"']) {
    it(`'${text}' is plain text`, () => {
      assert.deepEqual(queryOf(text), { text });
    });
  }

  it('leaves out a filter that is still being typed', () => {
    assert.deepEqual(queryOf('cli tag:'), { text: 'cli' });
    assert.deepEqual(queryOf('cli tag:"'), { text: 'cli' });
    assert.deepEqual(queryOf('cli tag:"two wor'), { text: 'cli', tags: ['two wor'] });
  });

  it('reports the filters that it ignores because their value is invalid', () => {
    for (const text of ['sort:size', 'yanked:maybe', 'yanked:constructor', 'reputation:2', 'reputation:high']) {
      const { query, ignored } = parseQueryText(text);
      assert.deepEqual(query, { text: '' }, text);
      const [key, value] = text.split(':');
      assert.deepEqual(ignored, [{ key, value }]);
    }
  });
});

describe('a filter chosen from a list', () => {
  it('is added to the text once', () => {
    const text = withTerm('cli', { key: 'tag', value: 'web' });
    assert.equal(text, 'cli tag:web');
    assert.equal(withTerm(text, { key: 'tag', value: 'Web' }), 'cli tag:Web');
    assert.equal(withTerm(text, { key: 'category', value: 'data base' }), 'cli tag:web category:"data base"');
  });

  it('replaces a filter that it excludes', () => {
    assert.equal(withTerm('sort:name cli', { key: 'sort', value: 'updated' }), 'cli sort:updated');
  });

  it('is found and removed in the form in which it was typed', () => {
    assert.ok(hasTerm('x licence:mit', { key: 'license', value: 'MIT' }));
    assert.ok(!hasTerm('publisher:z6mka', { key: 'publisher', value: 'z6MkA' }));
    assert.equal(withoutTerm('x licence:mit tag:"a b"', { key: 'license', value: 'MIT' }), 'x tag:"a b"');
    assert.equal(withoutKey('sort:name x sort:updated', 'sort'), 'x');
  });

  it('parses to the same query after formatting', () => {
    for (const value of ['web', 'data base', 'c++', 'a:b', 'größe', '世界']) {
      assert.ok(canBeTyped(value));
      assert.deepEqual(queryOf(withTerm('x', { key: 'tag', value })), { text: 'x', tags: [value] });
    }
    for (const value of ['', ' a', 'say "hi"', 'a\nb']) assert.ok(!canBeTyped(value), value);
  });
});

describe('a word of a command line as a part of a search text', () => {
  for (const [typed, text] of [
    ['version:>=1 <2', 'version:">=1 <2"'],
    ['tag:web', 'tag:web'],
    ['tag:"two words"', 'tag:"two words"'],
    ['two words', 'two words'],
    ['note:two words', 'note:two words'],
    [':x y', ':x y'],
  ] as const) {
    it(`is ${text} for ${typed}`, () => {
      assert.equal(typedOperand(typed), text);
    });
  }
});
