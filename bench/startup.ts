import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Figure } from './figure.ts';
import { median } from './figure.ts';
import { WorkerPeer } from './worker-peer.ts';

const ROUNDS = 7;

/** A thread that does nothing but open a port. */
const BARE = `const { parentPort } = require('node:worker_threads');
require('node:net').createServer().listen(0, '127.0.0.1', function () { parentPort.postMessage(0); this.close(); });`;

/** From spawning the worker to a node that listens, on a fresh data folder. */
export async function measureStartup(): Promise<readonly Figure[]> {
  const samples: number[] = [];
  const bare: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const began = performance.now();
    const peer = await WorkerPeer.start([]);
    samples.push(performance.now() - began);
    await peer.stop();
    bare.push(await bareWorker());
  }
  return [
    {
      title: 'Worker spawned to listening (median, compiled code kept)',
      unit: 'ms',
      value: median(samples),
      goal: 200,
      baseline: { title: 'a worker that only opens a port', value: median(bare) },
    },
  ];
}

async function bareWorker(): Promise<number> {
  const began = performance.now();
  const worker = new Worker(BARE, { eval: true });
  await once(worker, 'message');
  const time = performance.now() - began;
  await once(worker, 'exit');
  return time;
}
