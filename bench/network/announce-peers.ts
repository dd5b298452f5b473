/**
 * The other side of `announce.ts`, in a process of its own: several whole engines, each with a node on TCP, and as many bare
 * nodes. Tells when each of them has learnt of a package, or has heard a message.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { DEFAULT_NODE_SETTINGS } from '../../src/shared/settings/node-settings.ts';
import { createEngine } from '../../src/worker/engine/engine.ts';
import type { LocalEngine } from '../../src/worker/engine/engine.ts';
import { BareNode } from '../baselines/bare-node.ts';
import type { Addresses, PeerProcessCommand, PeerProcessMessage } from './announce.ts';

/** Others that a peer hears before it counts as meshed: gossipsub passes a message on to six or more. */
const MIN_TOPIC_PEERS = 4;
/** Bare nodes do not discover each other: each is connected to this many of those before it. */
const JOINED = 4;

const folder = await mkdtemp(join(tmpdir(), 'ggen-bench-'));
const engines: LocalEngine[] = [];
const bare: BareNode[] = [];

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
  if (command.type === 'start') await start(command.known, command.count);
  else if (command.type === 'mesh') await waitForMesh();
  else await stop();
}

async function start(known: Addresses, count: number): Promise<void> {
  // First: the engines have much to do when they have just found each other.
  const bareAddresses = await startBare(known.bare, count);
  const bootstrap = known.engines;
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
  sendMessage({ type: 'started', addresses: { engines: addresses, bare: bareAddresses } });
}

async function startBare(bootstrap: readonly string[], count: number): Promise<readonly string[]> {
  const known = [...bootstrap];
  for (let index = 0; index < count; index++) {
    const node = await BareNode.start(() => {
      sendMessage({ type: 'heard', atMs: Date.now() });
    });
    bare.push(node);
    // From the middle, so that the first nodes do not have connections to all others.
    const first = Math.max(0, Math.floor((known.length - JOINED) / 2));
    const joined = known.slice(first, first + JOINED);
    for (const address of joined) await node.dial(address);
    while (node.listeners < joined.length) await delay(50);
    known.push(node.address);
  }
  return known.slice(bootstrap.length);
}

function watch(engine: LocalEngine): void {
  let known = 0;
  engine.subscribe('packages', ({ counts }) => {
    for (; known < counts.network; known++) sendMessage({ type: 'learnt', atMs: Date.now() });
  });
}

async function waitForMesh(): Promise<void> {
  for (const engine of engines) {
    while ((await engine.status({})).topicPeers < MIN_TOPIC_PEERS) await delay(50);
  }
  sendMessage({ type: 'meshed' });
}

async function stop(): Promise<void> {
  await Promise.all([...engines.map((engine) => engine.close()), ...bare.map((node) => node.stop())]);
  await rm(folder, { recursive: true, force: true });
  process.disconnect();
  process.exit(0);
}

function sendMessage(report: PeerProcessMessage): void {
  process.send?.(report);
}
