import assert from 'node:assert/strict';
import type { PackageMetadata } from '../../../../src/shared/model.ts';
import { FORBIDDEN_RANGES, checkText, normalizeText } from '../../../../src/worker/records/record-text.ts';
import { encodePayload, openRecord } from '../../../../src/worker/records/record.ts';
import { normalizeMetadata } from '../../../../src/worker/records/normalize-metadata.ts';
import { NOW, signed } from '../../../fixtures/records/parts.ts';

const { record: base } = openRecord(signed(), { now: NOW });
const EMPTY: PackageMetadata = { title: '', description: '', categories: [], tags: [], license: '', authors: [] };

describe('normalizing texts', () => {
  it('removes what is forbidden and collapses white space', () => {
    assert.equal(normalizeText('  a\u200bb\t c\u202e\u00ad \n d ', { max: 100 }), 'ab c d');
    assert.equal(normalizeText('Cafe\u0301', { max: 100 }), 'Café');
    assert.equal(normalizeText('\ud800x', { max: 100 }), 'x');
  });

  it('keeps lines where they are allowed', () => {
    assert.equal(normalizeText('\na \r\n  b\rc\n\n', { max: 100, lines: true }), 'a\nb\nc');
  });

  it('truncates long text, never inside a character', () => {
    assert.equal(normalizeText('abcdef', { max: 4 }), 'abc…');
    assert.equal(normalizeText('📦📦📦', { max: 4 }), '📦…');
    assert.equal(normalizeText('abcd', { max: 4 }), 'abcd');
  });

  it('leaves no character that validation would reject', () => {
    for (const [first, last] of FORBIDDEN_RANGES) {
      for (const code of [first, last]) {
        const text = normalizeText(`a${String.fromCodePoint(code)}b`, { max: 10 });
        assert.doesNotThrow(
          () => {
            checkText(text, { max: 10 }, 'text');
          },
          `U+${code.toString(16)}`,
        );
      }
    }
  });
});

describe('normalizing metadata', () => {
  it('makes any manifest valid for a record', () => {
    const unnormalized: PackageMetadata = {
      title: 'x\u0000'.repeat(500),
      description: `line\r\n${'é'.normalize('NFD').repeat(9273)}`,
      categories: ['a', 'a', '', ' ', 'b', 'c', 'd', 'e', 'f'],
      tags: Array.from({ length: 50 }, (_, index) => `tag-${index}`),
      license: 'MIT\n',
      authors: ['Ada\u202e', 'y'.repeat(1000)],
      homepage: 'javascript:alert(1)',
      repository: 'git+https://github.com/example/demo.git',
      documentation: 'https://exämple.org/a b',
    };
    const normalized = normalizeMetadata(unnormalized, 'demo');
    assert.ok(encodePayload({ ...base, metadata: normalized }).length > 0);
    assert.equal(normalized.categories.length, 5);
    assert.equal(normalized.tags.length, 10);
    assert.equal(normalized.description.length, 4000);
    assert.equal(normalized.license, 'MIT');
    assert.equal('homepage' in normalized, false);
    assert.equal(normalized.repository, 'https://github.com/example/demo.git');
    assert.equal(normalized.documentation, 'https://xn--exmple-cua.org/a%20b');
  });

  it('uses the name of a package without a title', () => {
    assert.deepEqual(normalizeMetadata(EMPTY, 'demo'), { ...EMPTY, title: 'demo' });
  });

  it('does not change normalized metadata', () => {
    assert.deepEqual(normalizeMetadata(base.metadata, 'demo'), base.metadata);
  });

  it('drops invalid URLs', () => {
    for (const homepage of [
      '',
      'example.org',
      'git@github.com:a/b.git',
      `https://example.org/${'x'.repeat(600)}`,
      'https://a@b.org',
    ]) {
      assert.deepEqual(normalizeMetadata({ ...EMPTY, homepage }, 'demo'), { ...EMPTY, title: 'demo' }, homepage);
    }
  });
});
