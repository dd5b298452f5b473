import type { ChildProcess } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { collectOutput, exitOf, spawnOwned, stop } from '../scripts/lib/processes.ts';

const CHILD_TIMEOUT_MS = 180_000;
/** Wait for the last output: a process that the child left behind can hold its pipe open. */
const LAST_WORDS_TIMEOUT_MS = 2_000;

/** Wait for a process to end, and for all that it printed. Its exit code; 1 when a signal ended it. */
export async function endOf(child: ChildProcess): Promise<number> {
  const closed = new Promise<void>((resolve) => {
    child.once('close', () => {
      resolve();
    });
  });
  const code = await exitOf(child);
  await Promise.race([closed, delay(LAST_WORDS_TIMEOUT_MS, undefined, { ref: false })]);
  return code;
}

/**
 * Run a script of the benchmarks in a process of its own, at most three minutes, and read the one line of JSON that it prints.
 *
 * @throws Error when it ends badly or late
 */
export async function resultOfChild(script: string, args: readonly string[]): Promise<unknown> {
  const child = spawnOwned(process.execPath, [script, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const output = collectOutput(child);
  const bound = setTimeout(() => void stop(child), CHILD_TIMEOUT_MS);
  try {
    const code = await endOf(child);
    if (code !== 0) throw new Error(`${script} ended with code ${code}.`);
    return JSON.parse(output());
  } finally {
    clearTimeout(bound);
    await stop(child);
  }
}
