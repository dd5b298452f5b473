import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Failure } from '../report.ts';
import { REPORT_FILE } from '../report.ts';
import { temporaryEnvironment } from '../temporary.ts';
import type { Checkout } from './checkout.ts';
import { runBounded } from './process.ts';
import { readReport, readTable } from './run-result.ts';
import type { RunFigure, RunResult } from './run-result.ts';

export type Side = 'here' | 'there';

/** What both measured, one right after the other. */
export type RoundOfBoth = Readonly<Record<Side, readonly RunFigure[]>> & { readonly bench: string };

export interface Measured {
  readonly rounds: readonly RoundOfBoth[];
  readonly failures: readonly (Failure & { readonly side: Side })[];
}

export interface TurnsOptions {
  readonly names: readonly string[];
  readonly rounds: number;
  /** For what the runs write. */
  readonly folder: string;
  readonly interrupted: AbortSignal;
}

/** One process measures one benchmark once. */
const RUN_TIMEOUT_MS = 20 * 60_000;
/** A benchmark that failed so often on one side is not run any more. */
const MAX_FAILURES = 2;
const MAX_QUOTED_CHARACTERS = 400;

/**
 * Run each benchmark on both sides so many times: here, there, there, here, and so on, so that what changes about the machine as
 * time goes by meets both alike.
 */
export async function measureInTurns(
  sides: Readonly<Record<Side, Checkout>>,
  { names, rounds, folder, interrupted }: TurnsOptions,
): Promise<Measured> {
  const measured: RoundOfBoth[] = [];
  const failures: (Failure & { readonly side: Side })[] = [];
  const failed = (bench: string, side: Side): boolean =>
    failures.filter((failure) => failure.bench === bench && failure.side === side).length >= MAX_FAILURES;
  for (const bench of names) {
    for (let round = 0; round < rounds; round++) {
      if (failed(bench, 'here') || failed(bench, 'there')) break;
      const results: Record<Side, readonly RunFigure[]> = { here: [], there: [] };
      for (const side of round % 2 === 0 ? (['here', 'there'] as const) : (['there', 'here'] as const)) {
        console.error(`${bench}, round ${round + 1} of ${rounds}: ${sides[side].label}…`);
        const result = await runOnce(sides[side], bench, { folder, interrupted });
        results[side] = result.figures;
        failures.push(...result.failures.map((message) => ({ bench, side, message })));
      }
      measured.push({ bench, ...results });
    }
  }
  return { rounds: measured, failures };
}

async function runOnce(
  checkout: Checkout,
  bench: string,
  { folder, interrupted }: Pick<TurnsOptions, 'folder' | 'interrupted'>,
): Promise<RunResult> {
  const temporary = join(folder, 't');
  const report = join(folder, 'report.json');
  await rm(report, { force: true });
  await mkdir(temporary, { recursive: true });
  const { output } = await runBounded(checkout, ['bench/main.ts', bench], {
    bound: RUN_TIMEOUT_MS,
    interrupted,
    env: { ...temporaryEnvironment(temporary), [REPORT_FILE]: report },
  });
  await rm(temporary, { recursive: true, force: true, maxRetries: 10 });
  const text = await readFile(report, 'utf8').catch(() => undefined);
  const result = text === undefined ? readTable(output) : readReport(text);
  if (result.figures.length > 0 || result.failures.length > 0) return result;
  return { figures: [], failures: [`nothing was measured: ${output.trim().slice(-MAX_QUOTED_CHARACTERS)}`] };
}
