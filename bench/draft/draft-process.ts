/** Drafts a project in an engine of its own and prints how much memory that took: `draft-process.ts read|draft PROJECT [DATA]`. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createPublisherKey } from '../../src/identity/publisher-key.ts';
import { createEngine } from '../../src/worker/engine/engine.ts';

/** How often resident memory is read, in milliseconds. */
const SAMPLE_INTERVAL_MS = 10;
/** How long a process is left alone before it counts as idle. */
const SETTLE_MS = 2_000;

/** What one run took. Time in milliseconds, memory in bytes. */
export interface DraftCost {
  readonly idle: number;
  /** Over what the process had when it was idle. */
  readonly peak: number;
  readonly time: number;
}

async function measureCost(work: () => Promise<unknown>): Promise<DraftCost> {
  await delay(SETTLE_MS);
  const idle = process.memoryUsage.rss();
  let peak = idle;
  const timer = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage.rss());
  }, SAMPLE_INTERVAL_MS);
  const began = performance.now();
  await work();
  const time = performance.now() - began;
  clearInterval(timer);
  return { idle, peak: peak - idle, time };
}

async function draft(dataDir: string, root: string): Promise<DraftCost> {
  const engine = await createEngine({ dataDir, version: '0.0.0-bench' });
  try {
    return await measureCost(() => engine.draftRelease({ root, publisher: createPublisherKey().id }));
  } finally {
    await engine.close();
  }
}

/** What reading and hashing alone takes. */
async function read(root: string): Promise<DraftCost> {
  return measureCost(async () => {
    for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const hash = createHash('sha256');
      for await (const chunk of createReadStream(join(entry.parentPath, entry.name))) hash.update(chunk as Buffer);
      hash.digest();
    }
  });
}

if (import.meta.main) {
  const [kind = '', root = '', dataDir = ''] = process.argv.slice(2);
  console.log(JSON.stringify(kind === 'read' ? await read(root) : await draft(dataDir, root)));
}
