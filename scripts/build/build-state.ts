/** Whether what was built is still what would be built, told from the sources' sizes and times. */
import { createHash } from 'node:crypto';
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { OUT, ROOT } from '../lib/paths.ts';

const BUILD_STATE_FILE = join(OUT, 'build.json');

/** Files besides the sources that decide on the result. */
const BUILD_INPUTS = [
  'package-lock.json',
  'scripts/build.ts',
  'scripts/build/bundles.ts',
  'scripts/build/check.ts',
  'scripts/build/build-state.ts',
  'scripts/build/notices.ts',
];

/** Remember which files went in (relative to the project's folder) and which came out. */
export async function saveBuildState(inputs: readonly string[], outputs: readonly string[]): Promise<void> {
  const files = [...new Set([...inputs, ...outputs, ...BUILD_INPUTS])].sort();
  await mkdir(dirname(BUILD_STATE_FILE), { recursive: true });
  await writeFile(BUILD_STATE_FILE, JSON.stringify({ files, state: await hashFiles(files) }));
}

/** Did nothing change since `rememberBuild`? */
export async function isUpToDate(): Promise<boolean> {
  try {
    const note = JSON.parse(await readFile(BUILD_STATE_FILE, 'utf8')) as {
      readonly files: string[];
      readonly state: string;
    };
    return note.state === (await hashFiles(note.files));
  } catch {
    return false; // no note, a broken one, or a file that is gone: build
  }
}

async function hashFiles(files: readonly string[]): Promise<string> {
  const hash = createHash('sha256');
  const states = await Promise.all(files.map((file) => stat(join(ROOT, file))));
  for (const [index, { mtimeMs, size }] of states.entries()) hash.update(`${files[index] ?? ''} ${mtimeMs} ${size}\n`);
  return hash.digest('hex');
}
