import { number } from '../figure.ts';
import type { Comparison, Difference } from './compare.ts';
import { unmatched } from './compare.ts';
import type { Measured } from './turns.ts';

const WORDS: Readonly<Record<Difference, string>> = {
  worse: 'worse',
  better: 'better',
  none: 'no clear difference',
  unclear: 'too few rounds',
};
const MARKS: Readonly<Record<Difference, string>> = { worse: '✘', better: '✔', none: '=', unclear: '?' };

/** What is printed of a comparison, line by line. @param there how the other commit is called */
export function table(comparisons: readonly Comparison[], measured: Measured, there: string): string[] {
  return [
    `Medians here and in ${there}, and the ratio of the two: its median, its quartiles, and that of the baselines.`,
    ...comparisons.map(lineOf),
    ...unmatched(measured.rounds).map(({ side, key }) => `-  ${key}: only ${side === 'here' ? 'here' : `in ${there}`}`),
    ...measured.failures.map(
      ({ bench, side, message }) => `!  ${bench} failed ${side === 'here' ? 'here' : `in ${there}`}: ${message}`,
    ),
  ];
}

function lineOf({ key, unit, here, there, ratio, machine, beyondSpread, verdict }: Comparison): string {
  return [
    MARKS[verdict],
    key.padEnd(56),
    `${number(here)} ${unit}`.padStart(10),
    `${number(there)} ${unit}`.padStart(10),
    `${ratio.median.toFixed(3)} ×`.padStart(8),
    `(${ratio.lower.toFixed(3)} to ${ratio.upper.toFixed(3)})`,
    machine === undefined ? ''.padEnd(16) : `baseline ${machine.toFixed(3)} ×`,
    `${beyondSpread ? 'beyond' : 'within'} the spread: ${WORDS[verdict]}`,
  ].join('  ');
}
