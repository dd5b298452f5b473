/** One figure of the project, with the goal that it must keep and something of the same run to compare it with. */
export interface Figure {
  readonly title: string;
  readonly unit: 'ms' | 'MB' | 'peers';
  readonly value: number;
  /** The value must stay below. */
  readonly goal: number;
  readonly baseline: { readonly title: string; readonly value: number };
}

/** Measures figures; what it starts is stopped when it is done. */
export type Measurement = () => Promise<readonly Figure[]>;

/** Middle of the sorted samples. */
export function median(samples: readonly number[]): number {
  const sorted = samples.toSorted((a, b) => a - b);
  const middle = sorted[Math.floor(sorted.length / 2)];
  if (middle === undefined) throw new Error('There is no sample.');
  return middle;
}

export function meetsGoal({ value, goal }: Figure): boolean {
  return value < goal;
}

/** One line per figure: value, goal, baseline, ratio. */
export function line(figure: Figure): string {
  const { title, unit, value, goal, baseline } = figure;
  const ratio = value / baseline.value;
  return [
    meetsGoal(figure) ? '✔' : '✘',
    title.padEnd(52),
    `${number(value)} ${unit}`.padStart(10),
    `below ${goal} ${unit}`.padStart(14),
    `${number(ratio)} × ${baseline.title} (${number(baseline.value)} ${unit})`,
  ].join('  ');
}

function number(value: number): string {
  return value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0);
}
