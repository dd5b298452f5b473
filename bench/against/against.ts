/** `npm run bench -- --against COMMIT`: this checkout and another commit, measured in turns. */
import { TaskError } from '../../scripts/lib/run-task.ts';
import { keepResult, RESULTS, sourceOf, thisMachine } from '../report.ts';
import { inTemporaryFolder } from '../temporary.ts';
import { checkOut, prepare } from './checkout.ts';
import type { Checkout } from './checkout.ts';
import { compareAll, MIN_PAIRS } from './compare.ts';
import { table } from './print.ts';
import { measureInTurns } from './turns.ts';

export interface AgainstOptions {
  /** Folder of this checkout. */
  readonly root: string;
  /** Which of its benchmarks. */
  readonly names: readonly string[];
  /** How often each is measured on both sides; five times when left out. */
  readonly rounds?: string | undefined;
  /** Where the result is kept; among the others when left out. */
  readonly results?: string;
}

const MIN_ROUNDS = MIN_PAIRS;
const MAX_ROUNDS = 99;
const DEFAULT_ROUNDS = MIN_ROUNDS;

/**
 * Measure both, print each figure's ratio, and keep the result.
 *
 * @returns exit code: 1 when a figure is clearly worse here, 2 when nothing could be compared
 * @throws TaskError when the other commit is none, or cannot be built
 */
export function compareWith(commit: string, options: AgainstOptions): Promise<number> {
  const rounds = roundsOf(options.rounds);
  return inTemporaryFolder(async (folder, interrupted) => {
    const there = await checkOut(commit, { root: options.root, folder, interrupted });
    const here: Checkout = { root: options.root, label: 'here' };
    for (const side of [here, there]) await prepare(side, interrupted);
    const measured = await measureInTurns({ here, there }, { names: options.names, rounds, folder, interrupted });
    const comparisons = compareAll(measured.rounds);
    for (const line of table(comparisons, measured, there.label)) console.log(line);
    const result = {
      format: 1,
      at: new Date().toISOString(),
      machine: thisMachine(),
      here: await sourceOf(options.root),
      there: { commit: there.commit },
      comparisons,
      failures: measured.failures,
    };
    console.log(`Kept in ${await keepResult(`against-${there.label}`, result, options.results ?? RESULTS)}`);
    if (comparisons.some(({ verdict }) => verdict === 'worse')) return 1;
    return comparisons.length === 0 ? 2 : 0;
  });
}

function roundsOf(text: string | undefined): number {
  const rounds = text === undefined ? DEFAULT_ROUNDS : Number(text);
  if (Number.isInteger(rounds) && rounds >= MIN_ROUNDS && rounds <= MAX_ROUNDS) return rounds;
  throw new TaskError(`--rounds takes a whole number from ${MIN_ROUNDS} to ${MAX_ROUNDS}.`);
}
