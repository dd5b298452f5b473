import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** Write a project: its package.json, and so many files of so many random bytes each. */
export async function writeProject(root: string, name: string, sizes: readonly number[]): Promise<void> {
  await mkdir(root, { recursive: true });
  const manifest = { name, version: '1.0.0', license: 'MIT', description: 'A package of a benchmark' };
  await writeFile(join(root, 'package.json'), JSON.stringify(manifest));
  await writeFile(join(root, 'README.md'), `# ${name}\n`);
  for (const [index, size] of sizes.entries()) {
    const path = join(root, `d${index % 10}`, `f${index}.bin`);
    if (index < 10) await mkdir(dirname(path), { recursive: true });
    await writeFile(path, randomBytes(size));
  }
}

/** 502 files with package.json and README, 21 MB: mostly small ones, as a package has them. */
export const MIXED_TREE: readonly number[] = [
  ...Array.from({ length: 480 }, (_, index) => 2_000 + (index % 40) * 500),
  ...Array.from({ length: 20 }, () => 760_000),
];
