import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { spawnOwned, stop } from '../scripts/lib/processes.ts';
import { connectToSocket } from '../src/rpc/socket-server.ts';
import { DEFAULT_NODE_SETTINGS } from '../src/shared/settings/node-settings.ts';
import { socketAddress } from '../src/worker/ownership/socket-address.ts';
import type { Figure } from './figure.ts';
import { residentMemory } from './resident-memory.ts';
import { WorkerPeer } from './worker-peer.ts';

const WINDOWS = 8;
const SETTLE_MS = 3_000;
const WINDOW = fileURLToPath(new URL('window.ts', import.meta.url));

/** What eight windows of one user cost: one node, and a relay in each of the others. */
export async function measureWindows(): Promise<readonly Figure[]> {
  const folder = await mkdtemp(join(tmpdir(), 'ggen-bench-'));
  const children: ChildProcess[] = [];
  const open = async (...args: readonly string[]): Promise<ChildProcess> => {
    const child = spawnOwned(process.execPath, [WINDOW, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
    children.push(child);
    await once(child.stdout!, 'data');
    return child;
  };
  const other = await WorkerPeer.start([]);
  const seen = async (): Promise<number> => (await other.engine.status({})).connectedPeers;
  try {
    const bare = await open();
    const dataDir = join(folder, 'node');
    const owner = await open(dataDir);
    const engine = await connectToSocket(await socketAddress(dataDir));
    const settings = { listen: ['/ip4/127.0.0.1/tcp/0'], bootstrap: [other.address] };
    await engine.startNode({ ...DEFAULT_NODE_SETTINGS, ...settings });
    await engine.bootstrap({ address: other.address });
    engine.close();
    const alone = await seen();
    const others = await Promise.all(Array.from({ length: WINDOWS - 1 }, () => open(dataDir)));
    await delay(SETTLE_MS);
    const together = await seen();
    const nothing = await residentMemory(bare);
    const attached = await Promise.all(others.map(residentMemory));
    const owning = (await residentMemory(owner)) - nothing;
    return [
      {
        title: 'Memory of seven more windows, each',
        unit: 'MB',
        rounds: attached.map((memory) => ({ value: Math.max(0, memory - nothing), baseline: owning })),
        baseline: 'what the window that runs the node adds',
        ownBaseline: true,
        maxRatio: 0.25,
        aim: 25,
      },
      {
        title: 'Peers that eight windows are to another one',
        unit: 'peers',
        rounds: [{ value: together, baseline: alone }],
        baseline: 'with one window',
        ownBaseline: true,
        // One peer, however many windows.
        maxRatio: 1.01,
        exact: true,
      },
    ];
  } finally {
    await other.stop();
    await Promise.all(children.map((child) => stop(child)));
    await rm(folder, { recursive: true, force: true });
  }
}
