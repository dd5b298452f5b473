import { execFile } from 'node:child_process';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { CACHE } from '../scripts/lib/paths.ts';
import { summarize } from './figure.ts';
import type { Figure, Round, Unit, Verdict } from './figure.ts';
import { MAX_OTHER_WORK } from './other-work.ts';
import type { Spread } from './statistics.ts';

/** Environment variable with the path of the file to which a run writes its report. */
export const REPORT_FILE = 'GGEN_BENCH_REPORT';

/** Where results are kept; not committed. */
export const RESULTS = join(CACHE, 'bench');

/** Of the results that are kept, the oldest go first. */
const MAX_RESULTS = 200;
const GIT_TIMEOUT_MS = 10_000;

/** A figure with all that was measured of it. */
export interface ReportedFigure {
  readonly bench: string;
  readonly title: string;
  readonly unit: Unit;
  readonly value: number;
  readonly baseline: { readonly title: string; readonly value: number; readonly own?: true };
  readonly ratio: Spread;
  readonly maxRatio: number;
  readonly aim?: number;
  readonly verdict: Verdict;
  /** The share of the processors' time that others took before and after, whichever is more; 0 to 1. */
  readonly otherWork: number;
  readonly rounds: readonly Round[];
}

/** What could not be measured. */
export interface Failure {
  readonly bench: string;
  readonly message: string;
}

/** What one run measured, as its file has it. */
export interface Report {
  readonly format: 1;
  readonly source: Source;
  readonly machine: Machine;
  /** ISO 8601. */
  readonly at: string;
  readonly figures: readonly ReportedFigure[];
  readonly failures: readonly Failure[];
}

/** The checkout that was measured; no commit where there is no repository. */
export interface Source {
  readonly commit?: string;
  /** Whether files differ from the commit. */
  readonly changed?: boolean;
}

export interface Machine {
  readonly processor: string;
  readonly processors: number;
  readonly platform: string;
  readonly node: string;
}

/** @throws Error when a round of the figure has no ratio */
export function reported(bench: string, figure: Figure, otherWork = 0): ReportedFigure {
  const { value, baseline, ratio, verdict } = summarize(figure, otherWork > MAX_OTHER_WORK);
  const { title, unit, maxRatio, aim, rounds } = figure;
  return {
    bench,
    title,
    unit,
    value,
    baseline: { title: figure.baseline, value: baseline, ...(figure.ownBaseline === true ? { own: true } : {}) },
    ratio,
    maxRatio,
    ...(aim === undefined ? {} : { aim }),
    verdict,
    otherWork,
    rounds,
  };
}

export function thisMachine(): Machine {
  return {
    processor: cpus()[0]?.model.trim() ?? '',
    processors: availableParallelism(),
    platform: `${process.platform} ${process.arch}`,
    node: process.versions.node,
  };
}

/** @param root folder of the checkout */
export async function sourceOf(root: string): Promise<Source> {
  const git = async (...args: readonly string[]): Promise<string> =>
    (await promisify(execFile)('git', [...args], { cwd: root, timeout: GIT_TIMEOUT_MS })).stdout.trim();
  try {
    return { commit: await git('rev-parse', 'HEAD'), changed: (await git('status', '--porcelain')) !== '' };
  } catch {
    return {};
  }
}

/**
 * Keep a result among those of earlier runs.
 *
 * @param name what it is, such as `figures`; its time comes before, so that names sort by it
 * @returns path of its file
 */
export async function keepResult(name: string, result: object, folder = RESULTS): Promise<string> {
  await mkdir(folder, { recursive: true });
  const path = join(folder, `${new Date().toISOString().replaceAll(':', '-')}-${name}.json`);
  await writeFile(path, JSON.stringify(result, undefined, 2));
  const kept = (await readdir(folder)).filter((file) => file.endsWith('.json')).sort();
  for (const file of kept.slice(0, -MAX_RESULTS)) await rm(join(folder, file), { force: true });
  return path;
}
