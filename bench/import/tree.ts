import { randomBytes } from 'node:crypto';
import { mkdir, open, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ProjectFile } from '../../src/worker/authoring/project/project.ts';

const CHUNK = 1024 * 1024;

/** Write a file of random bytes, of any size, without holding it in memory. */
export async function randomFile(path: string, size: number): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  if (size <= CHUNK) {
    await writeFile(path, randomBytes(size));
    return;
  }
  await using file = await open(path, 'w');
  for (let left = size; left > 0; left -= CHUNK) await file.write(randomBytes(Math.min(CHUNK, left)));
}

/** Write random files below a folder, and describe them as a scan does. */
export async function randomTree(
  folder: string,
  sizes: Readonly<Record<string, number>>,
): Promise<readonly ProjectFile[]> {
  const files: ProjectFile[] = [];
  for (const [path, size] of Object.entries(sizes)) {
    const absolutePath = join(folder, path);
    await randomFile(absolutePath, size);
    const { mtimeMs, mode } = await stat(absolutePath);
    files.push({ path, absolutePath, size, mtimeMs, mode, executable: false, rule: { text: 'no rule excludes it' } });
  }
  return files;
}

/** So many files of one size. */
export function manyFiles(count: number, size: number): Record<string, number> {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`d${index % 20}/f${index}`, size]));
}
