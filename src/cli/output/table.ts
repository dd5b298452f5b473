import { sanitize } from './sanitize.ts';
import { displayWidth, truncateToWidth, padToWidth } from './width.ts';

export interface Column {
  readonly title: string;
  /** Aligned to the right, as numbers are. */
  readonly right?: boolean;
  /** Cut before other columns when the table is too wide. */
  readonly shrinks?: boolean;
  /**
   * Never cut, so that it can be copied: ids, addresses, paths. When the table is too wide, the cells of these columns
   * follow their row on lines of their own.
   */
  readonly whole?: boolean;
}

export interface TableOptions {
  /** Columns of the terminal; undefined for no limit. */
  readonly width: number | undefined;
  /** Style of the head, for example bold. */
  readonly head: (text: string) => string;
}

const COLUMN_GAP = 2;
/** No column is cut below this width. */
const MIN_COLUMN_WIDTH = 6;

/** A table whose columns are as wide as their cells, fit to the terminal. Ends without a line break. */
export function table(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  { width, head }: TableOptions,
): string {
  const cells = rows.map((row) => columns.map((_, index) => sanitize(row[index] ?? '')));
  const natural = columns.map(({ title }, index) =>
    Math.max(displayWidth(title), ...cells.map((row) => displayWidth(row[index] ?? ''))),
  );
  const isWide = width !== undefined && leastWidth(columns, natural) > width;
  const isBelow = ({ whole = false }: Column): boolean => isWide && whole;
  const inRow = columns.flatMap((column, index) => (isBelow(column) ? [] : [index]));
  const below = columns.flatMap((column, index) => (isBelow(column) ? [index] : []));
  const widths = fitColumns(columns, natural, inRow, width);
  const line = (row: readonly string[]): string =>
    inRow
      .map((index) => {
        const space = widths[index] ?? 0;
        const text = truncateToWidth(row[index] ?? '', space);
        const isRight = columns[index]?.right ?? false;
        return isRight ? ' '.repeat(Math.max(0, space - displayWidth(text))) + text : padToWidth(text, space);
      })
      .join(' '.repeat(COLUMN_GAP))
      .trimEnd();
  const block = (row: readonly string[]): string[] => [
    line(row),
    ...below.flatMap((index) => (row[index] === '' ? [] : [' '.repeat(COLUMN_GAP) + (row[index] ?? '')])),
  ];
  return [...block(columns.map(({ title }) => title)).map(head), ...cells.flatMap(block)].join('\n');
}

/** Width of the table when every column that may be cut is as narrow as it can be. */
function leastWidth(columns: readonly Column[], natural: readonly number[]): number {
  const least = columns.map(({ shrinks = false }, index) =>
    shrinks ? Math.min(natural[index] ?? 0, MIN_COLUMN_WIDTH) : (natural[index] ?? 0),
  );
  return least.reduce((sum, one) => sum + one, COLUMN_GAP * (columns.length - 1));
}

/** Widths of these columns, narrowed until they fit together. */
function fitColumns(
  columns: readonly Column[],
  natural: readonly number[],
  indexes: readonly number[],
  width: number | undefined,
): readonly number[] {
  if (width === undefined) return natural;
  const fitted = shrinkColumns(
    indexes.map((index) => columns[index] ?? { title: '' }),
    indexes.map((index) => natural[index] ?? 0),
    width,
  );
  return natural.map((own, index) => fitted[indexes.indexOf(index)] ?? own);
}

/** Narrow the columns that shrink until the table fits, the widest first; then all others but those that stay whole. */
function shrinkColumns(columns: readonly Column[], natural: readonly number[], width: number): number[] {
  const widths = [...natural];
  const all = (): number => widths.reduce((sum, one) => sum + one, COLUMN_GAP * (widths.length - 1));
  const take = (candidates: readonly number[]): void => {
    while (all() > width) {
      const widest = candidates.reduce<number | undefined>(
        (best, index) => (best === undefined || (widths[index] ?? 0) > (widths[best] ?? 0) ? index : best),
        undefined,
      );
      if (widest === undefined || (widths[widest] ?? 0) <= MIN_COLUMN_WIDTH) return;
      widths[widest] = (widths[widest] ?? 0) - 1;
    }
  };
  take(columns.flatMap(({ shrinks = false }, index) => (shrinks ? [index] : [])));
  take(columns.flatMap(({ whole = false }, index) => (whole ? [] : [index])));
  return widths;
}

/** A name, its value, and the style of the value. */
export type DetailRow = readonly [name: string, value: string, style?: (text: string) => string];

/** Names and values, one pair per line. Nothing is cut, so that addresses and paths can be copied. */
export function details(rows: readonly DetailRow[], { head }: Pick<TableOptions, 'head'>): string {
  const names = Math.max(0, ...rows.map(([name]) => displayWidth(name)));
  return rows
    .map(([name, value, style = (text): string => text]) => {
      return `${head(padToWidth(name, names))}${' '.repeat(COLUMN_GAP)}${style(sanitize(value))}`.trimEnd();
    })
    .join('\n');
}
