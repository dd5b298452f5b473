import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { DraftCost } from './draft/draft-process.ts';
import type { Figure } from './figure.ts';

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
    const read = await run('read', project);
    const draft = await run('draft', project, join(base, 'data'));
    return [
      {
        title: 'Peak memory over idle, draft of 500 MiB',
        unit: 'MB',
        value: draft.peak / 1_000_000,
        goal: 150,
        baseline: { title: 'reading and hashing alone', value: read.peak / 1_000_000 },
      },
      {
        title: 'Draft of 500 MiB: read, search, hash, store',
        unit: 'ms',
        value: draft.time,
        // 150 MB/s, as for the import alone.
        goal: 3_500,
        baseline: { title: 'reading and hashing alone', value: read.time },
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
  const script = join(import.meta.dirname, 'draft', 'draft-process.ts');
  const { stdout } = await promisify(execFile)(process.execPath, [script, ...args]);
  return JSON.parse(stdout) as DraftCost;
}
