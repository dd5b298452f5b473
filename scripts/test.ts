/** `npm test [-- TIER…]`: every tier, also after one that failed; the last line is `N passed, N failed`. */
import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { runTask, TaskError } from './lib/run-task.ts';
import { ARTIFACTS } from './lib/paths.ts';
import { findLeftovers, RUN_ID_VARIABLE, type Leftover } from './test/leftovers.ts';
import type { Report } from './test/report.ts';
import { runStep } from './test/run-step.ts';
import { TIERS, type Tier } from './test/tiers.ts';

interface Result {
  readonly title: string;
  readonly report: Report;
  readonly seconds: number;
}

async function main(names: readonly string[]): Promise<number> {
  const tiers = chooseTiers(names);
  const runId = randomUUID();
  // Short, because paths of sockets below it may have some hundred characters in all.
  const temporary = await mkdtemp(join(tmpdir(), 'ggen-t-'));
  const interrupt = interruption();
  if (names.length === 0) await rm(ARTIFACTS, { recursive: true, force: true });
  try {
    const env = {
      ...process.env,
      [RUN_ID_VARIABLE]: runId,
      TMPDIR: temporary,
      TEMP: temporary,
      TMP: temporary,
      // Hundreds of processes start from source: what the first compiled is kept for the others.
      NODE_COMPILE_CACHE: join(temporary, 'compiled'),
    };
    const results = await runTiers(tiers, env, temporary, interrupt);
    results.push(await checkLeftovers(runId));
    return summarize(results, interrupt);
  } finally {
    await rm(temporary, { recursive: true, force: true, maxRetries: 5 });
  }
}

function chooseTiers(names: readonly string[]): readonly Tier[] {
  const unknown = names.filter((name) => !TIERS.some((tier) => tier.name === name));
  if (unknown.length > 0) {
    throw new TaskError(
      `There is no tier '${unknown.join("', '")}': choose of ${TIERS.map(({ name }) => name).join(', ')}.`,
    );
  }
  return names.length === 0 ? TIERS : TIERS.filter(({ name }) => names.includes(name));
}

/** Aborted by Ctrl+C and the like: the step under way is stopped, and none begins. */
function interruption(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      controller.abort();
    });
  }
  return controller.signal;
}

async function runTiers(
  tiers: readonly Tier[],
  env: NodeJS.ProcessEnv,
  folder: string,
  signal: AbortSignal,
): Promise<Result[]> {
  const results: Result[] = [];
  for (const group of groups(tiers)) {
    const sequences = group.map((sequence, index) =>
      runSequence(sequence, { env, folder: join(folder, String(index)), live: index === 0 }, signal),
    );
    results.push(...(await Promise.all(sequences)).flat());
  }
  return results;
}

/** What runs one group after the other; each group is of sequences that run at the same time. */
function groups(tiers: readonly Tier[]): (readonly Tier[])[][] {
  const sequence = (when: Tier['runs']): readonly Tier[] => tiers.filter(({ runs }) => runs === when);
  return [[sequence('first')], [sequence(undefined), sequence('waiting')], [sequence('last')]].map((sequences) =>
    sequences.filter(({ length }) => length > 0),
  );
}

interface SequenceOptions {
  readonly env: NodeJS.ProcessEnv;
  /** For reports; made here. */
  readonly folder: string;
  /** Show the output as it comes; else each step's when it is over. */
  readonly live: boolean;
}

async function runSequence(
  tiers: readonly Tier[],
  { env, folder, live }: SequenceOptions,
  signal: AbortSignal,
): Promise<Result[]> {
  const results: Result[] = [];
  await mkdir(folder, { recursive: true });
  for (const tier of tiers) {
    for (const step of tier.steps) {
      if (signal.aborted) return results;
      const heading = `\n── ${step.title} (${tier.name}) ${'─'.repeat(Math.max(2, 60 - step.title.length - tier.name.length))}`;
      if (live) console.log(heading);
      const start = performance.now();
      const { report, output } = await runStep(step, { env, folder, live }, signal);
      if (!live) console.log(`${heading}\n${output}`);
      results.push({ title: step.title, report, seconds: (performance.now() - start) / 1000 });
    }
  }
  return results;
}

/** Nothing that the run started may still be there. What is, gets ended here, and counts as a failure. */
async function checkLeftovers(runId: string): Promise<Result> {
  const start = performance.now();
  let left: Leftover[] = await findLeftovers(runId);
  // A process that was just killed needs a moment to vanish from the list.
  for (let tries = 0; left.length > 0 && tries < 20; tries++) {
    await delay(100);
    left = await findLeftovers(runId);
  }
  for (const { pid, command } of left) {
    console.log(`Left behind: process ${pid}, ${command.slice(0, 200)}`);
    process.kill(pid, 'SIGKILL');
  }
  const report = { passed: left.length === 0 ? 1 : 0, failed: left.length === 0 ? 0 : 1, pending: 0 };
  return { title: 'Nothing left behind', report, seconds: (performance.now() - start) / 1000 };
}

function summarize(results: readonly Result[], interrupt: AbortSignal): number {
  const sum = (key: 'passed' | 'failed'): number => results.reduce((total, { report }) => total + report[key], 0);
  for (const { title, report } of results) {
    for (const failure of report.failures ?? []) console.log(`\n✘ ${title}: ${failure}`);
  }
  console.log(`\n${'─'.repeat(66)}`);
  for (const { title, report, seconds } of results) {
    const state = report.failed === 0 ? 'ok    ' : 'FAILED';
    const pending = report.pending === 0 ? '' : `, ${report.pending} pending`;
    console.log(
      `${state} ${title.padEnd(30)} ${report.passed} passed, ${report.failed} failed${pending} (${seconds.toFixed(1)} s)`,
    );
  }
  if (interrupt.aborted) console.log('Interrupted.');
  console.log(`${sum('passed')} passed, ${sum('failed')} failed`);
  return sum('failed') === 0 && !interrupt.aborted && results.length > 1 ? 0 : 1;
}

await runTask(() => main(process.argv.slice(2)));
