import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { spawnOwned, stop } from '../../scripts/lib/processes.ts';
import { residentMemory } from '../resident-memory.ts';

export interface InstallCommand {
  readonly id: string;
  readonly to: string;
}

const SETTLE_MS = 3_000;
const SAMPLE_INTERVAL_MS = 50;

/** Resident memory of a peer before an install, and the most while it went on, in MB. */
export async function measureInstallMemory(
  folder: string,
  bootstrap: string,
  command: InstallCommand,
): Promise<{ readonly idle: number; readonly peak: number }> {
  const script = join(import.meta.dirname, 'installer-process.ts');
  const child = spawnOwned(process.execPath, [script, join(folder, 'data'), bootstrap], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  try {
    await waitForMessage(child, 'ready');
    await delay(SETTLE_MS);
    const started = waitForMessage(child, 'begins');
    child.send(command);
    await started;
    const idle = await residentMemory(child);
    return { idle, peak: await samplePeak(child, waitForMessage(child, 'installed')) };
  } finally {
    await stop(child);
  }
}

async function samplePeak(child: ChildProcess, end: Promise<void>): Promise<number> {
  let peak = 0;
  const over = end.then(() => true);
  do {
    peak = Math.max(peak, await residentMemory(child));
  } while (!(await Promise.race([delay(SAMPLE_INTERVAL_MS, false), over])));
  return peak;
}

async function waitForMessage(child: ChildProcess, wanted: string): Promise<void> {
  const [message] = (await once(child, 'message')) as [string];
  if (message !== wanted) throw new Error(message);
}
