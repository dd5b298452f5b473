import { once } from 'node:events';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { quantile } from '../statistics.ts';

/** What is felt in this thread, 99th percentiles in milliseconds. */
export interface Delays {
  /** Of this thread's event loop. */
  readonly loop: number;
  /** Until the other thread answers. */
  readonly answer: number;
}

const SAMPLE_MS = 5;
const ANSWER_TIMEOUT_MS = 60_000;

/** Delays of this thread's loop, and of the answers to `ask`, as long as `work` goes on. */
export async function delaysDuring(ask: () => Promise<unknown>, work: () => Promise<unknown>): Promise<Delays> {
  const stopped = new AbortController();
  const answering = sampleAnswers(ask, stopped.signal);
  const histogram = monitorEventLoopDelay({ resolution: 1 });
  histogram.enable();
  try {
    await work();
  } finally {
    histogram.disable();
    stopped.abort();
  }
  return { loop: histogram.percentile(99) / 1e6, answer: quantile(await answering, 0.99) };
}

async function sampleAnswers(ask: () => Promise<unknown>, stopped: AbortSignal): Promise<number[]> {
  const samples: number[] = [];
  while (!stopped.aborted) {
    const began = performance.now();
    await ask();
    samples.push(performance.now() - began);
    await delay(SAMPLE_MS);
  }
  return samples;
}

/**
 * Delays of answers of one thread while it and another verify signatures: the delay that a machine with few processors causes
 * by itself.
 */
export async function delaysBesideBusyThreads(milliseconds: number): Promise<Delays> {
  const threads = await Promise.all([startBusy(), startBusy()]);
  const [asked] = threads;
  try {
    return await delaysDuring(
      async () => {
        asked.postMessage('answer');
        await once(asked, 'message', { signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS) });
      },
      () => delay(milliseconds),
    );
  } finally {
    await Promise.all(threads.map(stopBusy));
  }
}

async function startBusy(): Promise<Worker> {
  const worker = new Worker(new URL('./busy-thread.ts', import.meta.url));
  await once(worker, 'message', { signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS) });
  return worker;
}

async function stopBusy(worker: Worker): Promise<void> {
  const ended = once(worker, 'exit');
  worker.postMessage('stop');
  await ended;
}
