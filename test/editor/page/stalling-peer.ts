import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DIST } from '../../../scripts/lib/paths.ts';
import { spawnOwned, stop } from '../../../scripts/lib/processes.ts';

/** A headless peer that can be made to fall silent with its connections open, as a machine that goes to sleep does. */
export interface StallingPeer {
  readonly address: string;
  fallSilent(): void;
  stop(): Promise<void>;
}

/** Start a peer that publishes a project. */
export async function startStallingPeer(project: string): Promise<StallingPeer> {
  const data = await mkdtemp(join(tmpdir(), 'ggen-peer-'));
  const options = [
    'start',
    '--format',
    'json',
    '--listen',
    '/ip4/127.0.0.1/tcp/0',
    '--data',
    data,
    '--publish',
    project,
  ];
  const child = spawnOwned(process.execPath, [join(DIST, 'ggen-p2p.mjs'), ...options], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const end = async (): Promise<void> => {
    // A process that was stopped by the system does not hear that it shall end.
    child.kill('SIGCONT');
    await stop(child);
    await rm(data, { recursive: true, force: true, maxRetries: 5 });
  };
  for await (const line of createInterface(child.stdout ?? process.stdin)) {
    const event = JSON.parse(line) as { readonly event: string; readonly addresses?: readonly string[] };
    const address = event.addresses?.[0];
    if (event.event === 'ready' && address !== undefined) {
      return { address, fallSilent: () => void child.kill('SIGSTOP'), stop: end };
    }
  }
  await end();
  throw new Error('The peer ended before it was ready.');
}
