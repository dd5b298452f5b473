import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createPublisherKey } from '../src/identity/publisher-key.ts';
import { createEngine } from '../src/worker/engine/engine.ts';
import type { LocalEngine } from '../src/worker/engine/engine.ts';
import type { Figure, Round } from './figure.ts';

const ROUNDS = 5;
const BYTES = 2_000;

/** Installing what is here already: checking, writing, exchanging. The baseline writes the same files and nothing else. */
export async function measureInstall(): Promise<readonly Figure[]> {
  const folder = await mkdtemp(join(tmpdir(), 'ggen-bench-install-'));
  const engine = await createEngine({ dataDir: join(folder, 'data'), version: '0.0.0-bench' });
  try {
    const figures: Figure[] = [];
    for (const [count, maxRatio, aim] of [
      [500, 4, 400],
      [1_000, 4.5, 800],
    ] as const) {
      const files = manyFiles(count);
      const id = await publish(engine, join(folder, `project-${count}`), `many-${count}`, files);
      const rounds: Round[] = [];
      for (let round = 0; round < ROUNDS; round++) {
        const value = await timed(() => engine.install({ id, to: join(folder, `${count}-${round}`) }));
        rounds.push({ value, baseline: await timed(() => writeAll(join(folder, `plain-${count}-${round}`), files)) });
      }
      figures.push({
        title: `Install ${count} files of 2 kB that are here (median)`,
        unit: 'ms',
        rounds,
        baseline: 'writing the same files',
        maxRatio,
        aim,
      });
    }
    return figures;
  } finally {
    await engine.close();
    await rm(folder, { recursive: true, force: true });
  }
}

function manyFiles(count: number): Map<string, string> {
  const files = Array.from({ length: count }, (_, index) => {
    const text = `${index} `.repeat(BYTES).slice(0, BYTES);
    return [`folder-${index % 20}/file-${index}.txt`, text] as const;
  });
  return new Map(files);
}

async function publish(
  engine: LocalEngine,
  root: string,
  name: string,
  files: ReadonlyMap<string, string>,
): Promise<string> {
  const manifest = JSON.stringify({ name, version: '1.0.0', license: 'MIT' });
  await writeAll(root, new Map([...files, ['package.json', manifest]]));
  const key = createPublisherKey();
  const draft = await engine.draftRelease({ root, publisher: key.id });
  return (await engine.publish({ draft: draft.draft, signature: key.sign(draft.bytesToSign) })).id;
}

/** As a program would that has nothing to verify: folders first, then sixteen files at a time. */
async function writeAll(root: string, files: ReadonlyMap<string, string>): Promise<void> {
  const folders = new Set([...files.keys()].map((path) => dirname(join(root, path))));
  for (const path of folders) await mkdir(path, { recursive: true });
  const queue = files.entries();
  const write = async (): Promise<void> => {
    for (const [path, text] of queue) await writeFile(join(root, path), text, { flag: 'wx' });
  };
  await Promise.all(Array.from({ length: 16 }, write));
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}
