import assert from 'node:assert/strict';
import { formatBytes, formatRtt, formatTime, shortId } from '../../../../src/extension/ui/format.ts';
import { plainText } from '../../../../src/extension/ui/plain-text.ts';

describe('untrusted texts', () => {
  for (const [what, hostile, harmless] of [
    ['a command link', '[Update](command:workbench.action.quit)', '[Update] (command:workbench.action.quit)'],
    ['an icon', '$(verified) Official', '$ (verified) Official'],
    ['line breaks', 'a\r\nb\u2028c', 'a b c'],
    ['terminal colors', '\u001b[31mred', '[31mred'],
    ['a turned direction', 'good\u202egpj.exe', 'good gpj.exe'],
    ['zero-width characters', 'pa\u200bypal', 'pa ypal'],
    ['an icon torn by an invisible character', '$\u200b(verified)', '$ (verified)'],
    ['a link torn by an invisible character', '[a]\u2060(command:b)', '[a] (command:b)'],
  ] as const) {
    it(`lose ${what}`, () => {
      assert.equal(plainText(hostile), harmless);
    });
  }

  it('are truncated to a length, never inside a character', () => {
    assert.equal(plainText('x'.repeat(1_000_000), 10), 'xxxxxxxxx…');
    const cut = plainText('🙂'.repeat(100), 10);
    assert.equal(cut, '🙂🙂🙂🙂…');
    assert.ok(cut.isWellFormed());
  });

  it('stay unchanged when they are harmless', () => {
    assert.equal(plainText('Grüße, 世界 – (a) [b] $5 🙂'), 'Grüße, 世界 – (a) [b] $5 🙂');
  });
});

describe('formatted values', () => {
  it('are sizes', () => {
    const sizes = [0, 999, 1000, 9_949, 9_950, 999_499, 999_500, 34_000_000, 5e12, 7e15];
    assert.deepEqual(sizes.map(formatBytes), [
      '0 B',
      '999 B',
      '1.0 kB',
      '9.9 kB',
      '10 kB',
      '999 kB',
      '1.0 MB',
      '34 MB',
      '5.0 TB',
      '7000 TB',
    ]);
  });

  it('are round-trip times', () => {
    assert.deepEqual([0.42, 9.94, 12.4].map(formatRtt), ['0.4 ms', '9.9 ms', '12 ms']);
  });

  it('are times, with the date when it was another day', () => {
    const now = new Date(2026, 10, 20, 15, 0).getTime();
    assert.match(formatTime(new Date(2026, 10, 20, 14, 2).getTime(), now, 'en-GB'), /^14:02$/);
    assert.match(formatTime(new Date(2026, 10, 19, 14, 2).getTime(), now, 'en-GB'), /19 Nov 2026.*14:02/);
  });

  it('are the ends of IDs', () => {
    assert.equal(shortId('12D3KooWGC6TvWhfapngX6wvJHMYvKpDMXPb3ZnCZ6dMoaMtimQ5'), '…oaMtimQ5');
    assert.equal(shortId('short'), 'short');
  });
});
