import assert from 'node:assert/strict';
import { acceptingLine, baselineEntry, withLines } from '../../../src/shared/secret-baseline.ts';

const FINDING = {
  severity: 'error',
  code: 'secret',
  message: 'A key (ghp_…R8).',
  path: 'src/a b.ts',
  line: 3,
} as const;

describe('the file of accepted secrets', () => {
  it('has a heading, and one line for each finding, with its place', () => {
    const line = acceptingLine({ ...FINDING, fingerprint: '0123456789abcdef' });
    assert.equal(line, '0123456789abcdef  # src/a b.ts:3');
    const text = withLines('', [line, 'vendor/', line]);
    assert.match(text, /^# Possible secrets .*\n0123456789abcdef {2}# src\/a b\.ts:3\nvendor\/\n$/);
    assert.deepEqual(
      text.split('\n').flatMap((one) => baselineEntry(one) ?? []),
      [{ fingerprint: '0123456789abcdef' }, { folder: 'vendor/' }],
    );
  });

  it('keeps what it has, and gets no line twice', () => {
    const text = '# mine\nvendor/ # because\n0123456789abcdef';
    assert.equal(withLines(text, ['0123456789abcdef  # moved', 'vendor/']), text);
    assert.equal(withLines(text, ['src/']), `${text}\nsrc/\n`);
  });
});
