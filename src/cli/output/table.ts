import { sanitize } from './sanitize.ts';
import { displayWidth, truncateToWidth, padToWidth } from './width.ts';

export interface Column {
  readonly title: string;
  /** Aligned to the right, as numbers are. */
  readonly right?: boolean;
  /** Cut before other columns when the table is too wide. */
  readonly shrinks?: boolean;
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

/** A table whose columns are as wide as their cells, cut to the terminal. Ends without a line break. */
export function table(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  { width, head }: TableOptions,
): string {
  const cells = rows.map((row) => columns.map((_, index) => sanitize(row[index] ?? '')));
  const natural = columns.map(({ title }, index) =>
    Math.max(displayWidth(title), ...cells.map((row) => displayWidth(row[index] ?? ''))),
  );
  const widths = width === undefined ? natural : shrinkColumns(columns, natural, width);
  const line = (row: readonly string[]): string =>
    columns
      .map(({ right = false }, index) => {
        const columns = widths[index] ?? 0;
        const text = truncateToWidth(row[index] ?? '', columns);
        return right ? ' '.repeat(Math.max(0, columns - displayWidth(text))) + text : padToWidth(text, columns);
      })
      .join(' '.repeat(COLUMN_GAP))
      .trimEnd();
  return [head(line(columns.map(({ title }) => title))), ...cells.map(line)].join('\n');
}

/** Narrow the columns that shrink until the table fits, the widest first; then all others. */
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
  take(columns.map((_, index) => index));
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
