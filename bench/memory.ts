import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { startHeadlessPeer } from '../scripts/lib/headless-peer.ts';
import type { HeadlessPeer } from '../scripts/lib/headless-peer.ts';
import { spawnOwned, stop } from '../scripts/lib/processes.ts';
import type { Figure, Round } from './figure.ts';
import { residentMemory } from './resident-memory.ts';

/** How long a process is left alone before it counts as idle. */
const SETTLE_MS = 5_000;
const ROUNDS = 3;

/** Resident memory of a peer that runs and has nothing to do. */
export async function measureMemory(): Promise<readonly Figure[]> {
  const rounds: Round[] = [];
  while (rounds.length < ROUNDS) rounds.push(await besideBareNode());
  return [
    {
      title: 'Resident memory of an idle peer',
      unit: 'MB',
      rounds,
      baseline: 'Node that does nothing',
      maxRatio: 2.85,
      aim: 120,
    },
  ];
}

async function besideBareNode(): Promise<Round> {
  const data = await mkdtemp(join(tmpdir(), 'ggen-bench-'));
  const nothing = ['--eval', 'setInterval(() => undefined, 1e9)'];
  const bare = spawnOwned(process.execPath, nothing, { stdio: 'ignore' });
  let peer: HeadlessPeer | undefined;
  try {
    peer = await startHeadlessPeer({ data, sourceMaps: false });
    await delay(SETTLE_MS);
    return { value: await residentMemory(peer.process), baseline: await residentMemory(bare) };
  } finally {
    await Promise.all([peer?.stop(), stop(bare)]);
    await rm(data, { recursive: true, force: true });
  }
}
