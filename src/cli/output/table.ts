import { plain } from './plain.ts';
import { displayWidth, fitted, padded } from './width.ts';

export interface Column {
  readonly title: string;
  /** Numbers stand to the right. */
  readonly right?: boolean;
  /** Gives way first where there is no room; the last such column by default. */
  readonly shrinks?: boolean;
}

export interface TableOptions {
  /** Columns of the terminal; undefined where nothing is to be cut. */
  readonly width: number | undefined;
  /** How the head is set off, for example in bold. */
  readonly head: (text: string) => string;
}

const GAP = 2;
/** What a column keeps at least when it gives way. */
const NARROWEST = 6;

/** A table for people: columns as wide as what they hold, cut to the terminal. Ends without a line break. */
export function table(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  { width, head }: TableOptions,
): string {
  const cells = rows.map((row) => columns.map((_, index) => plain(row[index] ?? '')));
  const natural = columns.map(({ title }, index) =>
    Math.max(displayWidth(title), ...cells.map((row) => displayWidth(row[index] ?? ''))),
  );
  const widths = width === undefined ? natural : shrunk(columns, natural, width);
  const line = (row: readonly string[]): string =>
    columns
      .map(({ right = false }, index) => {
        const columns = widths[index] ?? 0;
        const text = fitted(row[index] ?? '', columns);
        return right ? ' '.repeat(Math.max(0, columns - displayWidth(text))) + text : padded(text, columns);
      })
      .join(' '.repeat(GAP))
      .trimEnd();
  return [head(line(columns.map(({ title }) => title))), ...cells.map(line)].join('\n');
}

/** Take what is too much from the columns that give way, the widest first. */
function shrunk(columns: readonly Column[], natural: readonly number[], width: number): number[] {
  const widths = [...natural];
  const all = (): number => widths.reduce((sum, one) => sum + one, GAP * (widths.length - 1));
  const take = (candidates: readonly number[]): void => {
    while (all() > width) {
      const widest = candidates.reduce<number | undefined>(
        (best, index) => (best === undefined || (widths[index] ?? 0) > (widths[best] ?? 0) ? index : best),
        undefined,
      );
      if (widest === undefined || (widths[widest] ?? 0) <= NARROWEST) return;
      widths[widest] = (widths[widest] ?? 0) - 1;
    }
  };
  take(columns.flatMap(({ shrinks = false }, index) => (shrinks ? [index] : [])));
  take(columns.map((_, index) => index));
  return widths;
}

/** A name, what belongs to it, and how that is set off. */
export type Fact = readonly [name: string, value: string, style?: (text: string) => string];

/** Names and what belongs to each, one below the other. Nothing is cut: addresses and paths are there to be copied. */
export function facts(rows: readonly Fact[], { head }: Pick<TableOptions, 'head'>): string {
  const names = Math.max(0, ...rows.map(([name]) => displayWidth(name)));
  return rows
    .map(([name, value, style = (text): string => text]) => {
      return `${head(padded(name, names))}${' '.repeat(GAP)}${style(plain(value))}`.trimEnd();
    })
    .join('\n');
}
