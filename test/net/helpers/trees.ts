import { readFile, readdir, writeFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

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

/**
 * Flips a bit in every large block that a peer stores; and damages every small one when the peer does not run, because they are in the
 * index, which a running peer locks.
 */
export async function damageBlocks(dataDir: string): Promise<void> {
  const blocks = join(dataDir, 'blocks');
  for (const [path, bytes] of await readTree(blocks)) {
    if (!path.endsWith('.data')) continue;
    const [first = 0] = bytes;
    bytes[0] = first ^ 1;
    await writeFile(join(blocks, path), bytes);
  }
  damageIndex(join(blocks, 'index.sqlite'));
}

function damageIndex(path: string): void {
  const index = new DatabaseSync(path);
  try {
    index.exec('UPDATE bytes SET bytes = zeroblob(length(bytes))');
  } catch (error) {
    if (!String(error).includes('locked')) throw error;
  } finally {
    index.close();
  }
}
