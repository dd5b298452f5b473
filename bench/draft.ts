import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { resultOfChild } from './child.ts';
import type { DraftCost } from './draft/draft-process.ts';
import type { Figure, Round } from './figure.ts';

const ROUNDS = 3;
const MEBIBYTE = 1024 * 1024;
/** 480 MiB of data and 20 MiB of text, which is searched for secrets. */
const DATA_FILES = 30;
const DATA_MEBIBYTES = 16;
const TEXT_FILES = 20;
const TEXT = 'export const answer = compute({ width: 12, height: 7 }, "a label"); // as the others do\n';

/** What drafting a project of 500 MiB takes: peak memory over the idle engine's, and time. */
export async function measureDraft(): Promise<readonly Figure[]> {
  const base = await mkdtemp(join(tmpdir(), 'ggen-bench-'));
  try {
    const project = await makeProject(join(base, 'project'));
    const memory: Round[] = [];
    const time: Round[] = [];
    while (time.length < ROUNDS) {
      const read = await run('read', project);
      const data = await mkdtemp(join(base, 'data-'));
      const draft = await run('draft', project, data);
      await rm(data, { recursive: true });
      memory.push({ value: draft.peak / 1_000_000, baseline: draft.idle / 1_000_000 });
      time.push({ value: draft.time, baseline: read.time });
    }
    return [
      {
        title: 'Peak memory over idle, draft of 500 MiB',
        unit: 'MB',
        rounds: memory,
        baseline: 'idle',
        ownBaseline: true,
        maxRatio: 0.7,
        aim: 150,
      },
      {
        title: 'Draft of 500 MiB: read, search, hash, store',
        unit: 'ms',
        rounds: time,
        baseline: 'reading and hashing alone',
        maxRatio: 2.8,
        // 150 MB/s, as for the import alone.
        aim: 3_500,
      },
    ];
  } finally {
    await rm(base, { recursive: true, force: true });
  }
}

async function makeProject(root: string): Promise<string> {
  await mkdir(root);
  const manifest = '[package]\nname = "large"\nversion = "1.0.0"\ndescription = "Large"\nlicense = "MIT"\n';
  await writeFile(join(root, 'gpack.toml'), manifest);
  for (let index = 0; index < DATA_FILES; index++) {
    await writeFile(join(root, `data-${index}.bin`), randomBytes(DATA_MEBIBYTES * MEBIBYTE));
  }
  for (let index = 0; index < TEXT_FILES; index++) {
    await writeFile(join(root, `text-${index}.ts`), `// ${index}\n${TEXT.repeat(MEBIBYTE / TEXT.length)}`);
  }
  return root;
}

async function run(...args: readonly string[]): Promise<DraftCost> {
  return (await resultOfChild(join(import.meta.dirname, 'draft', 'draft-process.ts'), args)) as DraftCost;
}
