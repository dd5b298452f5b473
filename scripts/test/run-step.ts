import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ROOT } from '../lib/paths.ts';
import { collectOutput, exitOf, spawnOwned, stop } from '../lib/processes.ts';
import { readReport, REPORT_FILE, type Report } from './report.ts';
import type { Step } from './tiers.ts';

/** Longest time that one step may take, in milliseconds. */
const STEP_TIMEOUT_MS = 30 * 60_000;

export interface StepOptions {
  /** Environment of the step. */
  readonly env: NodeJS.ProcessEnv;
  /** A folder for its report. */
  readonly folder: string;
  /** Its output goes to this process's; else it is gathered. */
  readonly live: boolean;
}

/** Run a step to its end. */
export async function runStep(
  step: Step,
  { env, folder, live }: StepOptions,
  signal: AbortSignal,
): Promise<{ readonly report: Report; readonly output: string }> {
  const file = join(folder, 'report.json');
  await rm(file, { force: true });
  const child = spawnOwned(process.execPath, step.args, {
    cwd: ROOT,
    stdio: live ? ['ignore', 'inherit', 'inherit'] : ['ignore', 'pipe', 'pipe'],
    env: { ...env, [REPORT_FILE]: file },
  });
  const output = live ? (): string => '' : collectOutput(child);
  const end = (): void => void stop(child);
  const stopSignal = AbortSignal.any([signal, AbortSignal.timeout(STEP_TIMEOUT_MS)]);
  stopSignal.addEventListener('abort', end, { once: true });
  const code = await exitOf(child);
  await stop(child);
  stopSignal.removeEventListener('abort', end);
  return { report: evaluateStep(step, code, step.counts === true ? readReport(file) : undefined), output: output() };
}

/** A step that ended badly without a failure in its report (it crashed, or its own clean-up failed) has one failure. */
export function evaluateStep(step: Step, code: number, report: Report | undefined): Report {
  const good = code === 0;
  if (step.counts !== true) return { passed: good ? 1 : 0, failed: good ? 0 : 1, pending: 0 };
  if (report === undefined) return { passed: 0, failed: 1, pending: 0 };
  const silent = report.failed === 0 && (!good || report.passed === 0);
  return silent ? { ...report, failed: 1 } : report;
}
