import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Figure } from './figure.ts';
import { median } from './figure.ts';
import type { ImportTimes } from './import/times.ts';
import { TREES } from './import/times.ts';

const ROUNDS = 3;
const CHILD_TIMEOUT_MS = 120_000;
/** What npm and Verdaccio take to publish the tree of 502 files and 21 MB, both idle. */
const NPM_PUBLISH_MS = 1_450;
/** Longest that the event loop may be held; on a busy machine, half as long again as mere copying holds it. */
const MAX_LOOP_BLOCK_MS = 30;
/** Megabytes per second that importing must reach. */
const MIN_MB_PER_SECOND = 150;

/** Chunk, hash and store: a large file, many small ones, a project of both; and what memory that takes. */
export async function measureImport(): Promise<readonly Figure[]> {
  const bytes = (kind: keyof typeof TREES): number => Object.values(TREES[kind]).reduce((sum, size) => sum + size, 0);
  const large = await rounds('large');
  const small = await rounds('small');
  const mixed = await rounds('mixed');
  const huge = await once('huge');
  const all = [...large, ...small, ...mixed, huge];
  const baselineLoopBlock = median(all.map((times) => times.baselineLoopBlockMs));
  const time = (title: string, times: readonly ImportTimes[], goal: number): Figure => ({
    title,
    unit: 'ms',
    value: median(times.map((one) => one.totalMs)),
    goal: Math.round(goal),
    baseline: { title: 'reading, hashing and copying them', value: median(times.map(({ plain }) => plain)) },
  });
  return [
    time('Import of a file of 256 MB (150 MB/s)', large, bytes('large') / (MIN_MB_PER_SECOND * 1_000)),
    time('Import of 1,000 files of 2 kB', small, 1_000),
    time('Import of 502 files, 21 MB (half of npm’s publish)', mixed, NPM_PUBLISH_MS / 2),
    {
      title: 'Memory over idle while 500 MB are imported',
      unit: 'MB',
      value: huge.peakBytes / 1_000_000,
      goal: 150,
      baseline: { title: 'what is imported', value: bytes('huge') / 1_000_000 },
    },
    {
      title: 'Longest hold of the event loop meanwhile',
      unit: 'ms',
      value: median(all.map(({ maxLoopBlockMs }) => maxLoopBlockMs)),
      goal: Math.round(Math.max(MAX_LOOP_BLOCK_MS, 1.5 * baselineLoopBlock)),
      baseline: { title: 'while they are only copied', value: baselineLoopBlock },
    },
  ];
}

async function rounds(kind: keyof typeof TREES): Promise<ImportTimes[]> {
  const times: ImportTimes[] = [];
  for (let round = 0; round < ROUNDS; round++) times.push(await once(kind));
  return times;
}

async function once(kind: keyof typeof TREES): Promise<ImportTimes> {
  const folder = await mkdtemp(join(tmpdir(), 'ggen-bench-'));
  try {
    const child = join(import.meta.dirname, 'import', 'child.ts');
    const { stdout } = await promisify(execFile)(process.execPath, [child, folder, kind], {
      timeout: CHILD_TIMEOUT_MS,
    });
    return JSON.parse(stdout) as ImportTimes;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
