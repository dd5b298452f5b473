import type { Unit } from '../figure.ts';
import { median, spreadOf } from '../statistics.ts';
import type { Spread } from '../statistics.ts';
import type { RunFigure } from './run-result.ts';
import type { RoundOfBoth } from './turns.ts';

/** `none`: there is no difference that could be told from noise. `unclear`: too few rounds to say. */
export type Difference = 'worse' | 'better' | 'none' | 'unclear';

/** A figure here and there. */
export interface Comparison {
  readonly bench: string;
  readonly key: string;
  readonly unit: Unit;
  /** Medians, in `unit`. */
  readonly here: number;
  readonly there: number;
  /** Of the rounds' ratios, here to there: above 1 is worse, whatever is measured. */
  readonly ratio: Spread;
  /** Median ratio of the baselines: by so much the machine differed. Where both have the same one, of which nothing is ours. */
  readonly machine?: number;
  /** Whether the ratio differs from 1 by more than its spread, the distance between its quartiles. */
  readonly beyondSpread: boolean;
  readonly verdict: Difference;
  readonly ratios: readonly number[];
}

/** With fewer rounds that can be compared, there is no verdict. */
export const MIN_PAIRS = 5;
/** A smaller difference is not worth a word: where code lies in memory makes as much. */
export const MIN_DIFFERENCE = 0.05;
/** In so many of the rounds it must be on the same side. With five: in all of them, which chance does once in sixteen times. */
export const MIN_AGREEMENT = 0.9;

interface Pair {
  readonly here: RunFigure;
  readonly there: RunFigure;
}

/** Every figure that both sides have, by name and unit, in the order of the runs. */
export function compareAll(rounds: readonly RoundOfBoth[]): Comparison[] {
  const pairs = new Map<string, { readonly bench: string; readonly pairs: Pair[] }>();
  for (const { bench, here, there } of rounds) {
    for (const figure of here) {
      const other = there.find(({ key, unit }) => key === figure.key && unit === figure.unit);
      if (other === undefined) continue;
      const id = `${bench}/${figure.key}`;
      const entry = pairs.get(id) ?? { bench, pairs: [] };
      entry.pairs.push({ here: figure, there: other });
      pairs.set(id, entry);
    }
  }
  return [...pairs.values()].flatMap((entry) => {
    const comparison = compare(entry.bench, entry.pairs);
    return comparison === undefined ? [] : [comparison];
  });
}

/** Names of figures that only one side has, each with its side. */
export function unmatched(rounds: readonly RoundOfBoth[]): { readonly side: 'here' | 'there'; readonly key: string }[] {
  const keys = { here: new Set<string>(), there: new Set<string>() };
  for (const round of rounds) {
    // Where a run failed as a whole, nothing is known about its figures.
    if (round.here.length === 0 || round.there.length === 0) continue;
    for (const side of ['here', 'there'] as const) for (const { key } of round[side]) keys[side].add(key);
  }
  const only = (side: 'here' | 'there', other: 'here' | 'there'): { side: 'here' | 'there'; key: string }[] =>
    [...keys[side]].filter((key) => !keys[other].has(key)).map((key) => ({ side, key }));
  return [...only('here', 'there'), ...only('there', 'here')];
}

function compare(bench: string, pairs: readonly Pair[]): Comparison | undefined {
  const [first] = pairs;
  const comparable = pairs.filter(({ here, there }) => Number.isFinite(ratioOf(here.value, there.value)));
  if (first === undefined || comparable.length === 0) return undefined;
  const ratios = comparable.map(({ here, there }) => ratioOf(here.value, there.value));
  const ratio = spreadOf(ratios);
  const machine = ratioOfBaselines(comparable);
  return {
    bench,
    key: first.here.key,
    unit: first.here.unit,
    here: median(comparable.map(({ here }) => here.value)),
    there: median(comparable.map(({ there }) => there.value)),
    ratio,
    ...(machine === undefined ? {} : { machine }),
    beyondSpread: Math.abs(ratio.median - 1) > ratio.upper - ratio.lower,
    verdict: judge(ratios, machine ?? 1),
    ratios,
  };
}

/** Nothing on both sides is no difference. */
function ratioOf(here: number, there: number): number {
  return here === there ? 1 : here / there;
}

function ratioOfBaselines(pairs: readonly Pair[]): number | undefined {
  const same = pairs.filter(
    ({ here: { baseline: one }, there: { baseline: other } }) =>
      one.title === other.title && one.own !== true && other.own !== true,
  );
  const ratios = same.map(({ here, there }) => ratioOf(here.baseline.value, there.baseline.value));
  return ratios.length === 0 || !ratios.every(Number.isFinite) ? undefined : median(ratios);
}

/**
 * A difference is one when it is larger than all that blurs it: the spread of the rounds, by how much the machine differed, and
 * the least that is worth a word. And nearly all rounds must agree on its side, because five rounds may lie close by chance.
 *
 * @param ratios of the rounds, here to there
 * @param machine ratio of the baselines
 */
export function judge(ratios: readonly number[], machine: number): Difference {
  if (ratios.length < MIN_PAIRS) return 'unclear';
  const { median: middle, lower, upper } = spreadOf(ratios);
  const difference = middle - 1;
  const blur = Math.max(upper - lower, Math.abs(machine - 1), MIN_DIFFERENCE);
  const agreeing = ratios.filter((ratio) => (difference > 0 ? ratio > 1 : ratio < 1)).length;
  if (Math.abs(difference) <= blur || agreeing < MIN_AGREEMENT * ratios.length) return 'none';
  return difference > 0 ? 'worse' : 'better';
}
