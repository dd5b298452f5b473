import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Figure, Round } from './figure.ts';
import { WorkerPeer } from './worker-peer.ts';

const ROUNDS = 7;

/** A thread that does nothing but open a port. */
const BARE = `const { parentPort } = require('node:worker_threads');
require('node:net').createServer().listen(0, '127.0.0.1', function () { parentPort.postMessage(0); this.close(); });`;

/** From spawning the worker to a node that listens, on a fresh data folder. */
export async function measureStartup(): Promise<readonly Figure[]> {
  const rounds: Round[] = [];
  // The first one compiles what the others find.
  await (await WorkerPeer.start([])).stop();
  for (let round = 0; round < ROUNDS; round++) {
    const began = performance.now();
    const peer = await WorkerPeer.start([]);
    const value = performance.now() - began;
    await peer.stop();
    rounds.push({ value, baseline: await bareWorker() });
  }
  return [
    {
      title: 'Worker spawned to listening (median, compiled code kept)',
      unit: 'ms',
      rounds,
      baseline: 'a worker that only opens a port',
      maxRatio: 8,
      aim: 200,
    },
  ];
}

async function bareWorker(): Promise<number> {
  const began = performance.now();
  const worker = new Worker(BARE, { eval: true });
  const ended = once(worker, 'exit');
  await once(worker, 'message');
  const time = performance.now() - began;
  await ended;
  return time;
}
