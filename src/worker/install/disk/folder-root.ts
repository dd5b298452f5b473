import { createReadStream } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Blockstore } from 'interface-blockstore';
import { importTree } from '../../dag/unixfs-import.ts';
import type { ImportFile } from '../../dag/unixfs-import.ts';

/** The content root that a folder has, and the number of its files. */
export interface FolderRoot {
  readonly root: string;
  readonly files: number;
}

export interface FolderRootOptions {
  /** Number of files and of bytes above which the folder is not read. */
  readonly maxFiles: number;
  readonly maxBytes: number;
  readonly signal: AbortSignal;
  readonly onFile: () => void;
}

/**
 * Computes the content root of a folder as if it were published, without any block of the release. Releases of this
 * program are imported in the same way, so that an equal root proves equal files and execute bits.
 *
 * @returns undefined when the folder cannot be the release: it is empty, too large, or holds a link or a special file
 * @throws Node's error when a file cannot be read; the reason of the signal
 */
export async function folderRoot(folder: string, options: FolderRootOptions): Promise<FolderRoot | undefined> {
  const { maxFiles, maxBytes, signal, onFile } = options;
  const files: ImportFile[] = [];
  let bytes = 0;
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    signal.throwIfAborted();
    if (entry.isDirectory()) continue;
    const absolutePath = join(entry.parentPath, entry.name);
    const { size, mode } = await lstat(absolutePath);
    bytes += size;
    if (!entry.isFile() || bytes > maxBytes || files.length === maxFiles) return undefined;
    const path = absolutePath
      .slice(folder.length + 1)
      .replaceAll('\\', '/')
      .normalize('NFC');
    files.push({
      path,
      size,
      executable: (mode & 0o111) !== 0,
      open: () => createReadStream(absolutePath, { signal }),
    });
  }
  if (files.length === 0) return undefined;
  files.sort((a, b) => (a.path < b.path ? -1 : 1));
  const { root } = await importTree(files, forgetfulStore(), { signal, onFile });
  return { root: root.toString(), files: files.length };
}

/** The importer only writes: the blocks are hashed, and not kept. */
function forgetfulStore(): Blockstore {
  const store: Pick<Blockstore, 'put'> = { put: (cid) => cid };
  return store as Blockstore;
}
