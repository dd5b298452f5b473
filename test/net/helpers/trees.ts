import { readFile, readdir, writeFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';

/** All files below a folder, by their path with forward slashes. */
export async function readTree(root: string): Promise<Map<string, Buffer>> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  return new Map(
    await Promise.all(
      files.map(async (path) => [relative(root, path).replaceAll(sep, '/'), await readFile(path)] as const),
    ),
  );
}

/** Flip a bit in every block that a peer serves, as a failing disk or a liar would. */
export async function damageBlocks(dataDir: string): Promise<void> {
  const blocks = join(dataDir, 'blocks');
  for (const [path, bytes] of await readTree(blocks)) {
    const [first = 0] = bytes;
    bytes[0] = first ^ 1;
    await writeFile(join(blocks, path), bytes);
  }
}
