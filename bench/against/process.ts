import { collectOutput, spawnOwned, stop } from '../../scripts/lib/processes.ts';
import { endOf } from '../child.ts';
import { nodeOf, pathOf } from './checkout.ts';
import type { Checkout } from './checkout.ts';

export interface BoundedOptions {
  /** Longest time that it may take, in milliseconds. */
  readonly bound: number;
  readonly interrupted: AbortSignal;
  /** Environment on top of this process's. */
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Run a program of a checkout with its own Node, to its end or until its time is over; nothing that it started is left.
 *
 * @throws the signal's reason when it was interrupted
 */
export async function runBounded(
  checkout: Checkout,
  args: readonly string[],
  { bound, interrupted, env }: BoundedOptions,
): Promise<{ readonly code: number; readonly output: string }> {
  interrupted.throwIfAborted();
  const child = spawnOwned(nodeOf(checkout), args, {
    cwd: checkout.root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env, PATH: pathOf(checkout) },
  });
  const output = collectOutput(child);
  const end = (): void => void stop(child);
  const over = AbortSignal.any([interrupted, AbortSignal.timeout(bound)]);
  over.addEventListener('abort', end, { once: true });
  try {
    const code = await endOf(child);
    interrupted.throwIfAborted();
    return over.aborted
      ? { code: 1, output: `${output()}\nIt took longer than ${Math.round(bound / 60_000)} minutes.` }
      : { code, output: output() };
  } finally {
    over.removeEventListener('abort', end);
    await stop(child);
  }
}
