import type { ExcludedEntry, PackRule, ReleaseDraft } from '../../shared/model.ts';
import { ruleText } from '../../shared/pack-rule.ts';
import { table } from './table.ts';
import type { TableOptions } from './table.ts';
import { bytes } from './units.ts';

type Packed = Pick<ReleaseDraft, 'files' | 'excluded' | 'moreExcluded'>;

/** Files shown before a release is signed; the dry run lists all. */
const MAX_SHOWN_FILES = 1_000;

/** Each file of a release with its rule, and what was left out, for programs. */
export function packedFilesResult({ files, excluded, moreExcluded }: Packed): object {
  return {
    file_list: files.map(({ path, size, executable = false, rule }) => ({
      path,
      size,
      executable,
      ...ruleResult(rule),
    })),
    left_out: excluded.map(({ path, rule, unsupported = false }) => ({ path, ...ruleResult(rule), unsupported })),
    left_out_more: moreExcluded,
  };
}

function ruleResult({ text, pattern, path, line }: PackRule): object {
  return { rule: text, pattern: pattern ?? null, rule_file: path ?? null, rule_line: line ?? null };
}

/** The same for people, as two tables. */
export function packedFilesText(packed: Packed, options: TableOptions, maxFiles = Infinity): string {
  const { files, excluded, moreExcluded } = packed;
  const shown = files.slice(0, maxFiles);
  const rows = shown.map(({ path, size, executable, rule }) => [
    bytes(size),
    path,
    executable === true ? `${ruleText(rule)}; executable` : ruleText(rule),
  ]);
  const columns = [
    { title: 'Size', right: true },
    { title: 'File', whole: true },
    { title: 'Why', shrinks: true },
  ];
  return [
    table(columns, rows, options),
    ...more(files.length - shown.length, 'files; --dry-run lists all'),
    ...leftOutText(excluded, moreExcluded, options),
  ].join('\n');
}

/** What is shown before a release is signed. @param width columns of the terminal */
export function packedFilesNotice(packed: Packed, width: number | undefined): string {
  return packedFilesText(packed, { width, head: (text) => text }, MAX_SHOWN_FILES);
}

function leftOutText(excluded: readonly ExcludedEntry[], moreExcluded: number, options: TableOptions): string[] {
  if (excluded.length === 0) return [];
  const rows = excluded.map(({ path, rule }) => [path, ruleText(rule)]);
  return [
    '',
    table(
      [
        { title: 'Left out', whole: true },
        { title: 'Why', shrinks: true },
      ],
      rows,
      options,
    ),
    ...more(moreExcluded, 'left out'),
  ];
}

function more(count: number, what: string): string[] {
  return count > 0 ? [`and ${count} more ${what}`] : [];
}
