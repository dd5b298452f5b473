/**
 * Figures, and how they are judged.
 *
 * Each figure is measured in rounds beside a baseline that does the least of the same kind of work, so that a slow or a busy
 * machine stretches both. What is judged is the ratio of the two. What a figure should be in milliseconds or megabytes stands
 * beside it, and is only told: another machine has other milliseconds.
 *
 * Where `maxRatio` comes from: the median of the ratios that several runs came to on a machine with two processors, busy and
 * less busy, times 1.5; times 2 for tails (p95, p99, the longest of something), which differ more from run to run; times 1.1 for
 * sizes and memory at rest, which hardly differ. It is there to find what became slower, and is lowered when something became
 * faster. Ratios that were asked for, such as half of what npm takes, stand as they were asked for, and say so.
 */
import { median, spreadOf } from './statistics.ts';
import type { Spread } from './statistics.ts';

export type Unit = 'ms' | 'MB' | 'peers';

/** A figure and its baseline, measured one right after the other. */
export interface Round {
  readonly value: number;
  readonly baseline: number;
}

export interface Figure {
  /** By which it is found again in the results of other commits: the same words in every run. */
  readonly title: string;
  readonly unit: Unit;
  readonly rounds: readonly Round[];
  /** What the baseline is. */
  readonly baseline: string;
  /** The baseline is code of this project too, and may differ between two commits: it says nothing about the machine. */
  readonly ownBaseline?: true;
  /** The ratio of value to baseline must stay below. */
  readonly maxRatio: number;
  /** What the value should stay below, in `unit`. It is told, and never judged. */
  readonly aim?: number;
  /** It is the same in every run, so that one round is enough to judge it. */
  readonly exact?: true;
}

/** Measures figures; what it starts is stopped when it is done. */
export type Measurement = () => Promise<readonly Figure[]>;

/** `undecided`: beyond the goal, but by less than its rounds differ among themselves, or on a machine that was busy. */
export type Verdict = 'reached' | 'undecided' | 'missed';

/** A figure in one number each. */
export interface Summary {
  readonly value: number;
  readonly baseline: number;
  /** Of the rounds' ratios. */
  readonly ratio: Spread;
  readonly verdict: Verdict;
}

/** Fewer rounds say too little about how much they differ. */
const MIN_ROUNDS = 3;

/**
 * @param busy others had so much to do on this machine that a goal may be missed because of them
 * @throws Error when a round has no ratio
 */
export function summarize(figure: Figure, busy = false): Summary {
  const { rounds, title } = figure;
  for (const { value, baseline } of rounds) {
    if (!(Number.isFinite(value / baseline) && value >= 0 && baseline > 0))
      throw new Error(`'${title}' was ${value} beside a baseline of ${baseline}, which have no ratio.`);
  }
  const ratio = spreadOf(rounds.map(({ value, baseline }) => value / baseline));
  return {
    value: median(rounds.map(({ value }) => value)),
    baseline: median(rounds.map(({ baseline }) => baseline)),
    ratio,
    verdict: judge(figure, ratio, busy),
  };
}

function judge({ rounds, maxRatio, exact }: Figure, ratio: Spread, busy: boolean): Verdict {
  if (ratio.median < maxRatio) return 'reached';
  if (exact === true) return 'missed';
  if (busy || rounds.length < MIN_ROUNDS) return 'undecided';
  return ratio.lower >= maxRatio ? 'missed' : 'undecided';
}

const MARKS: Readonly<Record<Verdict, string>> = { reached: '✔', undecided: '?', missed: '✘' };

/** One line per figure: value, ratio with its quartiles and goal, baseline, aim. @param busy as for `summarize` */
export function line(figure: Figure, busy = false): string {
  const { title, unit, maxRatio, aim } = figure;
  const { value, baseline, ratio, verdict } = summarize(figure, busy);
  return [
    MARKS[verdict],
    title.padEnd(56),
    `${number(value)} ${unit}`.padStart(10),
    `${number(ratio.median)} ×`.padStart(8),
    `(${number(ratio.lower)} to ${number(ratio.upper)}, goal < ${number(maxRatio)})`.padEnd(32),
    `${figure.baseline} (${number(baseline)} ${unit})`,
    ...(aim === undefined ? [] : [`aim < ${aim} ${unit}`]),
  ].join('  ');
}

/** With as many digits as matter. */
export function number(value: number): string {
  if (value !== 0 && Math.abs(value) < 0.1) return value.toPrecision(2);
  return value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0);
}
