import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { startHeadlessPeer } from '../scripts/lib/headless-peer.ts';
import type { HeadlessPeer } from '../scripts/lib/headless-peer.ts';
import { spawnOwned, stop } from '../scripts/lib/processes.ts';
import type { Figure } from './figure.ts';
import { residentMemory } from './resident-memory.ts';

/** How long a process is left alone before it counts as idle. */
const SETTLE_MS = 5_000;

/** Resident memory of a peer that runs and has nothing to do. */
export async function measureMemory(): Promise<readonly Figure[]> {
  const data = await mkdtemp(join(tmpdir(), 'ggen-bench-'));
  const nothing = ['--eval', 'setInterval(() => undefined, 1e9)'];
  const bare = spawnOwned(process.execPath, nothing, { stdio: 'ignore' });
  let peer: HeadlessPeer | undefined;
  try {
    peer = await startHeadlessPeer({ data, sourceMaps: false });
    await delay(SETTLE_MS);
    return [
      {
        title: 'Resident memory of an idle peer',
        unit: 'MB',
        value: await residentMemory(peer.process),
        goal: 120,
        baseline: { title: 'Node that does nothing', value: await residentMemory(bare) },
      },
    ];
  } finally {
    await Promise.all([peer?.stop(), stop(bare)]);
    await rm(data, { recursive: true, force: true });
  }
}
