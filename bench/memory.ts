import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { DIST } from '../scripts/lib/paths.ts';
import { spawnOwned, stop } from '../scripts/lib/processes.ts';
import type { Figure } from './figure.ts';
import { residentMemory } from './resident-memory.ts';

/** How long a process is left alone before it counts as idle. */
const SETTLE_MS = 5_000;

/** Resident memory of a peer that runs and has nothing to do. */
export async function measureMemory(): Promise<readonly Figure[]> {
  const data = await mkdtemp(join(tmpdir(), 'ggen-bench-'));
  const peer = start([
    join(DIST, 'ggen-p2p.mjs'),
    'start',
    '--format',
    'json',
    '--listen',
    '/ip4/127.0.0.1/tcp/0',
    '--data',
    data,
  ]);
  const bare = start(['--eval', 'console.log(0); setInterval(() => undefined, 1e9)']);
  try {
    await Promise.all([peer, bare].map((child) => once(child.stdout!, 'data')));
    await delay(SETTLE_MS);
    return [
      {
        title: 'Resident memory of an idle peer',
        unit: 'MB',
        value: await residentMemory(peer),
        goal: 120,
        baseline: { title: 'Node that does nothing', value: await residentMemory(bare) },
      },
    ];
  } finally {
    await Promise.all([stop(peer), stop(bare)]);
    await rm(data, { recursive: true, force: true });
  }
}

function start(args: readonly string[]): ChildProcess {
  return spawnOwned(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
}
