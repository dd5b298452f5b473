import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { RAW } from '../../dag/codecs.ts';
import { MAX_BLOCK_BYTES, matchesCid } from '../../blocks/block-storage.ts';
import type { ExecuteBits } from './execute-bits.ts';
import { fileLeaves } from './file-leaves.ts';
import type { GetBlock, TreeFile } from './tree-files.ts';

/** How a file on disk differs from the release; `bit-lost` and `bit-added`: only in its execute bit. */
export type FileComparison = 'same' | 'changed' | 'bit-lost' | 'bit-added';

export interface CompareFileOptions {
  readonly get: GetBlock;
  readonly signal: AbortSignal;
  /** Of the folder that the file lies in. */
  readonly executeBits: Pick<ExecuteBits, 'differ'>;
}

/**
 * Compares a file on disk with a file of a release. It is hashed in the pieces that the block tree declares, so the
 * importer's settings do not matter; only inner nodes are read from the store. A link or special file is `changed`.
 *
 * @throws Node's error when the file cannot be read, and the errors of `get`
 */
export async function compareFile(
  path: string,
  released: Pick<TreeFile, 'cid' | 'executable'>,
  options: CompareFileOptions,
): Promise<FileComparison> {
  const file = await openRegularFile(path);
  if (file === undefined) return 'changed';
  try {
    const { size, mode } = await file.stat();
    if (!(await hasContent(file, size, released, options))) return 'changed';
    if (!(await options.executeBits.differ(mode, released.executable))) return 'same';
    return released.executable ? 'bit-lost' : 'bit-added';
  } finally {
    await file.close();
  }
}

async function hasContent(
  file: FileHandle,
  size: number,
  { cid }: Pick<TreeFile, 'cid'>,
  { get, signal }: CompareFileOptions,
): Promise<boolean> {
  if (cid.code === RAW) return size <= MAX_BLOCK_BYTES && (await matchesCid(cid, await readAt(file, 0, size)));
  let position = 0;
  for await (const leaf of fileLeaves(cid, get, signal)) {
    const length = 'bytes' in leaf ? leaf.bytes.length : leaf.length;
    if (length < 0 || length > MAX_BLOCK_BYTES || position + length > size) return false;
    const bytes = await readAt(file, position, length);
    if ('bytes' in leaf ? Buffer.compare(leaf.bytes, bytes) !== 0 : !(await matchesCid(leaf.cid, bytes))) return false;
    position += length;
  }
  return position === size;
}

/** O_NONBLOCK keeps the call from waiting forever on a pipe that has no writer. */
async function openRegularFile(path: string): Promise<FileHandle | undefined> {
  // Windows has neither flag.
  const { O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants as Partial<typeof constants>;
  const file = await open(path, constants.O_RDONLY | O_NOFOLLOW | O_NONBLOCK).catch((error: unknown) => {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ELOOP' || code === 'EISDIR' || code === 'ENXIO') return undefined;
    throw error;
  });
  if (file === undefined || (await file.stat()).isFile()) return file;
  await file.close();
  return undefined;
}

async function readAt(file: FileHandle, position: number, length: number): Promise<Uint8Array> {
  const bytes = Buffer.alloc(length);
  let read = 0;
  while (read < length) {
    const { bytesRead } = await file.read(bytes, read, length - read, position + read);
    if (bytesRead === 0) break;
    read += bytesRead;
  }
  return bytes.subarray(0, read);
}
