/**
 * The other side of `announce.ts`, in a process of its own: several whole engines, each with a node on TCP. Tells when each of
 * them has learnt of a package.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { DEFAULT_NODE_SETTINGS } from '../../src/shared/settings/node-settings.ts';
import { createEngine } from '../../src/worker/engine/engine.ts';
import type { LocalEngine } from '../../src/worker/engine/engine.ts';
import type { PeerProcessCommand, PeerProcessMessage } from './announce.ts';

/** Others that a peer hears before it counts as meshed: gossipsub passes a message on to six or more. */
const MIN_TOPIC_PEERS = 4;

const folder = await mkdtemp(join(tmpdir(), 'ggen-bench-'));
const engines: LocalEngine[] = [];

process.on('message', (command: PeerProcessCommand) => {
  runCommand(command).catch((error: unknown) => {
    console.error(error);
    process.exit(1);
  });
});
process.on('disconnect', () => {
  process.exit(1);
});

async function runCommand(command: PeerProcessCommand): Promise<void> {
  if (command.type === 'start') await start(command.bootstrap, command.count);
  else if (command.type === 'mesh') await waitForMesh();
  else await stop();
}

async function start(bootstrap: readonly string[], count: number): Promise<void> {
  const addresses: string[] = [];
  for (let index = 0; index < count; index++) {
    const dataDir = join(folder, String(engines.length));
    const engine = await createEngine({ dataDir, version: '0.0.0-bench', enabledProtocols: ['announce'] });
    engines.push(engine);
    const listen = ['/ip4/127.0.0.1/tcp/0'];
    const status = await engine.startNode({ ...DEFAULT_NODE_SETTINGS, listen, bootstrap });
    addresses.push(...status.addresses.slice(0, 1));
    watch(engine);
  }
  sendMessage({ type: 'started', addresses });
}

function watch(engine: LocalEngine): void {
  let known = 0;
  engine.subscribe('packages', ({ counts }) => {
    for (; known < counts.network; known++) sendMessage({ type: 'listed', atMs: Date.now() });
  });
}

async function waitForMesh(): Promise<void> {
  for (const engine of engines) {
    while ((await engine.status({})).topicPeers < MIN_TOPIC_PEERS) await delay(50);
  }
  sendMessage({ type: 'meshed' });
}

async function stop(): Promise<void> {
  await Promise.all(engines.map((engine) => engine.close()));
  await rm(folder, { recursive: true, force: true });
  process.disconnect();
  process.exit(0);
}

function sendMessage(report: PeerProcessMessage): void {
  process.send?.(report);
}
