/** One import in a process of its own: `child.ts FOLDER KIND`; prints what it took as one line of JSON. */
import { createHash } from 'node:crypto';
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { importTree } from '../../src/worker/dag/unixfs-import.ts';
import { readProjectFile } from '../../src/worker/authoring/project/read-project-file.ts';
import type { ProjectFile } from '../../src/worker/authoring/project/project.ts';
import { BlockStore } from '../../src/worker/blocks/block-store.ts';
import type { ImportTimes } from './times.ts';
import { TREES } from './times.ts';
import { randomTree } from './tree.ts';

const signal = new AbortController().signal;

async function main(folder: string, kind: keyof typeof TREES): Promise<ImportTimes> {
  const files = await randomTree(join(folder, 'project'), TREES[kind]);
  const baselineLoop = monitorEventLoopDelay({ resolution: 5 });
  baselineLoop.enable();
  const plain = await copyBaseline(files, join(folder, 'copy'));
  baselineLoop.disable();
  const store = await BlockStore.open(join(folder, 'blocks'));
  await delay(200);
  const idle = process.memoryUsage.rss();
  const loop = monitorEventLoopDelay({ resolution: 5 });
  loop.enable();
  let peak = idle;
  const sampling = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage.rss());
  }, 10);
  const began = performance.now();
  const draft = await BlockStore.open(join(folder, 'draft'), { transient: true });
  const sources = files.map((file) => ({
    path: file.path,
    size: file.size,
    open: () => readProjectFile(file, signal),
  }));
  await importTree(sources, draft, { signal, onFile: () => undefined });
  const draftMs = performance.now() - began;
  await store.copyAllFrom(draft);
  const totalMs = performance.now() - began;
  clearInterval(sampling);
  loop.disable();
  await draft.close();
  await store.close();
  return {
    totalMs,
    draftMs,
    plain,
    idle,
    peakBytes: peak - idle,
    maxLoopBlockMs: loop.max / 1e6,
    baselineLoopBlockMs: baselineLoop.max / 1e6,
  };
}

/** Read, hash and write every file: what importing comes to at the least. Milliseconds. */
async function copyBaseline(files: readonly ProjectFile[], target: string): Promise<number> {
  const began = performance.now();
  await using copy = await open(target, 'w');
  for (const file of files) {
    await using source = await open(file.absolutePath);
    const hash = createHash('sha256');
    for await (const chunk of source.createReadStream({ highWaterMark: 1024 * 1024, autoClose: false })) {
      hash.update(chunk as Buffer);
      await copy.write(chunk as Buffer);
    }
    hash.digest();
  }
  const time = performance.now() - began;
  await rm(target);
  return time;
}

const [folder = '', kind = ''] = process.argv.slice(2);
console.log(JSON.stringify(await main(folder, kind as keyof typeof TREES)));
