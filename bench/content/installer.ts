import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { spawnOwned, stop } from '../../scripts/lib/processes.ts';
import { residentMemory } from '../resident-memory.ts';

export interface InstallerOrder {
  readonly id: string;
  readonly to: string;
}

const SETTLE_MS = 3_000;
const SAMPLE_MS = 50;

/** Resident memory of a peer before an install, and the most while it went on, in MB. */
export async function memoryOfInstall(
  folder: string,
  bootstrap: string,
  order: InstallerOrder,
): Promise<{ readonly idle: number; readonly peak: number }> {
  const script = join(import.meta.dirname, 'installer-process.ts');
  const child = spawnOwned(process.execPath, [script, join(folder, 'data'), bootstrap], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  try {
    await says(child, 'ready');
    await delay(SETTLE_MS);
    const begins = says(child, 'begins');
    child.send(order);
    await begins;
    const idle = await residentMemory(child);
    return { idle, peak: await highest(child, says(child, 'installed')) };
  } finally {
    await stop(child);
  }
}

async function highest(child: ChildProcess, end: Promise<void>): Promise<number> {
  let peak = 0;
  const over = end.then(() => true);
  do {
    peak = Math.max(peak, await residentMemory(child));
  } while (!(await Promise.race([delay(SAMPLE_MS, false), over])));
  return peak;
}

async function says(child: ChildProcess, wanted: string): Promise<void> {
  const [said] = (await once(child, 'message')) as [string];
  if (said !== wanted) throw new Error(said);
}
