/** Whether what was built is still what would be built, told from the sources' sizes and times. */
import { createHash } from 'node:crypto';
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { OUT, ROOT } from '../lib/paths.ts';

const NOTE = join(OUT, 'build.json');

/** Files besides the sources that decide on the result. */
const ALWAYS = [
  'package-lock.json',
  'scripts/build.ts',
  'scripts/build/bundles.ts',
  'scripts/build/check.ts',
  'scripts/build/fresh.ts',
  'scripts/build/notices.ts',
];

/** Remember which files went in (relative to the project's folder) and which came out. */
export async function rememberBuild(inputs: readonly string[], outputs: readonly string[]): Promise<void> {
  const files = [...new Set([...inputs, ...outputs, ...ALWAYS])].sort();
  await mkdir(dirname(NOTE), { recursive: true });
  await writeFile(NOTE, JSON.stringify({ files, state: await stateOf(files) }));
}

/** Did nothing change since `rememberBuild`? */
export async function isFresh(): Promise<boolean> {
  try {
    const note = JSON.parse(await readFile(NOTE, 'utf8')) as { readonly files: string[]; readonly state: string };
    return note.state === (await stateOf(note.files));
  } catch {
    return false; // no note, a broken one, or a file that is gone: build
  }
}

async function stateOf(files: readonly string[]): Promise<string> {
  const hash = createHash('sha256');
  const states = await Promise.all(files.map((file) => stat(join(ROOT, file))));
  for (const [index, { mtimeMs, size }] of states.entries()) hash.update(`${files[index] ?? ''} ${mtimeMs} ${size}\n`);
  return hash.digest('hex');
}
