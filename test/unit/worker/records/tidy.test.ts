import assert from 'node:assert/strict';
import type { PackageMetadata } from '../../../../src/shared/model.ts';
import { FORBIDDEN_RANGES, checkText, tidyText } from '../../../../src/worker/records/text.ts';
import { encodePayload, openRecord } from '../../../../src/worker/records/record.ts';
import { tidyMetadata } from '../../../../src/worker/records/tidy.ts';
import { NOW, signed } from '../../../fixtures/records/parts.ts';

const { record: base } = openRecord(signed(), { now: NOW });
const EMPTY: PackageMetadata = { title: '', description: '', categories: [], tags: [], license: '', authors: [] };

describe('tidying texts', () => {
  it('removes what is forbidden and collapses white space', () => {
    assert.equal(tidyText('  a\u200bb\t c\u202e\u00ad \n d ', { max: 100 }), 'ab c d');
    assert.equal(tidyText('Cafe\u0301', { max: 100 }), 'Café');
    assert.equal(tidyText('\ud800x', { max: 100 }), 'x');
  });

  it('keeps lines where there may be some', () => {
    assert.equal(tidyText('\na \r\n  b\rc\n\n', { max: 100, lines: true }), 'a\nb\nc');
  });

  it('cuts what is too long, never inside a character', () => {
    assert.equal(tidyText('abcdef', { max: 4 }), 'abc…');
    assert.equal(tidyText('📦📦📦', { max: 4 }), '📦…');
    assert.equal(tidyText('abcd', { max: 4 }), 'abcd');
  });

  it('leaves nothing that would be refused, whatever the character', () => {
    for (const [first, last] of FORBIDDEN_RANGES) {
      for (const code of [first, last]) {
        const text = tidyText(`a${String.fromCodePoint(code)}b`, { max: 10 });
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

describe('tidying metadata', () => {
  it('makes any manifest fit for a record', () => {
    const wild: PackageMetadata = {
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
    const tidy = tidyMetadata(wild, 'demo');
    assert.ok(encodePayload({ ...base, metadata: tidy }).length > 0);
    assert.equal(tidy.categories.length, 5);
    assert.equal(tidy.tags.length, 10);
    assert.equal(tidy.description.length, 4000);
    assert.equal(tidy.license, 'MIT');
    assert.equal('homepage' in tidy, false);
    assert.equal(tidy.repository, 'https://github.com/example/demo.git');
    assert.equal(tidy.documentation, 'https://xn--exmple-cua.org/a%20b');
  });

  it('calls a package without title by its name', () => {
    assert.deepEqual(tidyMetadata(EMPTY, 'demo'), { ...EMPTY, title: 'demo' });
  });

  it('leaves alone what is tidy already', () => {
    assert.deepEqual(tidyMetadata(base.metadata, 'demo'), base.metadata);
  });

  it('leaves out addresses that lead nowhere', () => {
    for (const homepage of [
      '',
      'example.org',
      'git@github.com:a/b.git',
      `https://example.org/${'x'.repeat(600)}`,
      'https://a@b.org',
    ]) {
      assert.deepEqual(tidyMetadata({ ...EMPTY, homepage }, 'demo'), { ...EMPTY, title: 'demo' }, homepage);
    }
  });
});
