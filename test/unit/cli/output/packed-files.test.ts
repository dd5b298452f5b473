import assert from 'node:assert/strict';
import { packedFilesNotice, packedFilesResult, packedFilesText } from '../../../../src/cli/output/packed-files.ts';

const OPTIONS = { width: undefined, head: (text: string): string => text };
const DIST = { text: 'excluded by the pattern', pattern: 'dist/', path: '.gitignore', line: 3 };
const PACKED = {
  files: [
    { path: 'README.md', size: 7, rule: { text: 'always included' } },
    { path: 'bin/run.sh', size: 2_000, executable: true, rule: { text: 'no rule excludes it' } },
  ],
  excluded: [
    { path: 'dist/', rule: DIST },
    { path: 'out', rule: { text: 'symbolic link out of the repository' }, unsupported: true },
  ],
  moreExcluded: 4,
} as const;

describe('the files of a release', () => {
  it('are listed with size and rule, then what is left out', () => {
    assert.equal(
      packedFilesText(PACKED, OPTIONS),
      [
        '  Size  File        Why',
        '   7 B  README.md   always included',
        '2.0 kB  bin/run.sh  no rule excludes it; executable',
        '',
        'Left out  Why',
        'dist/     excluded by the pattern "dist/" (.gitignore:3)',
        'out       symbolic link out of the repository',
        'and 4 more left out',
      ].join('\n'),
    );
  });

  it('are data for programs, with the file and line of each rule', () => {
    assert.deepEqual(packedFilesResult(PACKED), {
      file_list: [
        { path: 'README.md', size: 7, executable: false, rule: 'always included', ...NONE },
        { path: 'bin/run.sh', size: 2_000, executable: true, rule: 'no rule excludes it', ...NONE },
      ],
      left_out: [
        {
          path: 'dist/',
          rule: 'excluded by the pattern',
          pattern: 'dist/',
          rule_file: '.gitignore',
          rule_line: 3,
          unsupported: false,
        },
        { path: 'out', rule: 'symbolic link out of the repository', ...NONE, unsupported: true },
      ],
      left_out_more: 4,
    });
  });

  it('are not all shown before signing when there are very many', () => {
    const rule = { text: 'no rule excludes it' };
    const files = Array.from({ length: 1_003 }, (_, index) => ({ path: `f${index}`, size: 1, rule }));
    const text = packedFilesNotice({ files, excluded: [], moreExcluded: 0 }, undefined);
    assert.match(text, /\nand 3 more files; --dry-run lists all$/);
  });
});

const NONE = { pattern: null, rule_file: null, rule_line: null };
