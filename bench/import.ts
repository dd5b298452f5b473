import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { resultOfChild } from './child.ts';
import type { Figure } from './figure.ts';
import type { ImportTimes } from './import/times.ts';
import type { TREES } from './import/times.ts';

const ROUNDS = 3;
/** Half of what npm and Verdaccio take to publish the tree of 502 files and 21 MB, both idle. */
const AIM_OF_MIXED_MS = 725;
/** 150 MB a second. */
const AIM_OF_LARGE_MS = 1_707;

/** Chunk, hash and store: a large file, many small ones, a project of both; and what memory that takes. */
export async function measureImport(): Promise<readonly Figure[]> {
  const large = await rounds('large');
  const small = await rounds('small');
  const mixed = await rounds('mixed');
  const huge = await rounds('huge');
  const copying = { unit: 'ms', baseline: 'reading, hashing and copying them' } as const;
  const time = ({ totalMs: value, plain: baseline }: ImportTimes): Figure['rounds'][number] => ({ value, baseline });
  return [
    {
      title: 'Import of a file of 256 MB (150 MB/s)',
      ...copying,
      rounds: large.map(time),
      maxRatio: 2,
      aim: AIM_OF_LARGE_MS,
    },
    { title: 'Import of 1,000 files of 2 kB', ...copying, rounds: small.map(time), maxRatio: 0.8, aim: 1_000 },
    {
      title: 'Import of 502 files, 21 MB (half of npm’s publish)',
      ...copying,
      rounds: mixed.map(time),
      maxRatio: 1.3,
      aim: AIM_OF_MIXED_MS,
    },
    {
      title: 'Memory over idle while 500 MB are imported',
      unit: 'MB',
      rounds: huge.map(({ peakBytes, idle }) => ({ value: peakBytes / 1_000_000, baseline: idle / 1_000_000 })),
      baseline: 'idle',
      ownBaseline: true,
      maxRatio: 0.35,
      aim: 150,
    },
    {
      title: 'Longest hold of the event loop meanwhile',
      unit: 'ms',
      rounds: [...large, ...small, ...mixed, ...huge].map(
        ({ maxLoopBlockMs, baselineLoopBlockMs: baselineLoopBlock }) => ({
          value: maxLoopBlockMs,
          baseline: baselineLoopBlock,
        }),
      ),
      baseline: 'while they are only copied',
      maxRatio: 2.7,
      aim: 30,
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
    return (await resultOfChild(child, [folder, kind])) as ImportTimes;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
