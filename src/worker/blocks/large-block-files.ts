import { randomUUID } from 'node:crypto';
import { close, closeSync, constants, mkdirSync, openSync, read, renameSync, write } from 'node:fs';
import { copyFile, link, mkdir, readdir, rm, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { base32upper } from 'multiformats/bases/base32';
import * as Digest from 'multiformats/hashes/digest';
import { blockBufferPool } from '../dag/block-buffer-pool.ts';

const FILE_EXTENSION = '.data';
const TEMP_FOLDER = 'tmp';

const readBytes = promisify(read);
const writeBytes = promisify(write);
const closeFile = promisify(close);

/**
 * Blocks that are files: `<last two letters>/<multihash in base32>.data`, the layout of blockstore-fs. A file under its
 * final name is complete: it is written under a temporary name and renamed.
 */
export class LargeBlockFiles {
  readonly #folder: string;
  readonly #createdFolders = new Set<string>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Creates the temporary folder, and removes incomplete files that a killed process left in it. */
  async open(): Promise<void> {
    await rm(join(this.#folder, TEMP_FOLDER), { recursive: true, force: true });
    await mkdir(join(this.#folder, TEMP_FOLDER), { recursive: true });
  }

  async write(hash: Uint8Array, bytes: Uint8Array): Promise<void> {
    await this.#writeAtomically(hash, (tempPath) => writeNewFile(tempPath, bytes));
  }

  /** Adds a file of another store: by a hard link where the file system supports it, otherwise by a copy. */
  async linkFrom(hash: Uint8Array, source: LargeBlockFiles): Promise<void> {
    const sourcePath = source.#path(hash);
    const tempPath = await this.#writeAtomically(hash, async (tempPath) => {
      await link(sourcePath, tempPath).catch(() => copyFile(sourcePath, tempPath, constants.COPYFILE_FICLONE));
    });
    // Renaming one hard link over another of the same file does nothing and leaves both (POSIX).
    await unlink(tempPath).catch(ignoreMissing);
  }

  /**
   * Reads up to `size` bytes of a block; undefined when it is not stored. The bytes are in a pooled buffer: the caller
   * may release them to `blockBufferPool` when nothing refers to them any longer.
   */
  async read(hash: Uint8Array, size: number): Promise<Uint8Array | undefined> {
    const bytes = blockBufferPool.acquire(size);
    try {
      return bytes.subarray(0, await readInto(this.#path(hash), bytes));
    } catch (error) {
      blockBufferPool.release(bytes);
      ignoreMissing(error);
      return undefined;
    }
  }

  /** Size in bytes; undefined when the block is not stored. */
  async size(hash: Uint8Array): Promise<number | undefined> {
    return (await stat(this.#path(hash)).catch(ignoreMissing))?.size;
  }

  async remove(hash: Uint8Array): Promise<void> {
    await unlink(this.#path(hash)).catch(ignoreMissing);
  }

  /** Names of the folders that hold blocks. */
  async folders(): Promise<string[]> {
    const entries = await readdir(this.#folder, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory() && entry.name !== TEMP_FOLDER).map(({ name }) => name);
  }

  /** Multihashes of the blocks in one of these folders. Other files are ignored, and never changed. */
  async list(folder: string): Promise<Uint8Array[]> {
    const names = (await readdir(join(this.#folder, folder)).catch(ignoreMissing)) ?? [];
    return names.flatMap((name) => {
      const hash = hashOf(name);
      return hash === undefined || folder !== folderOf(name) ? [] : [hash];
    });
  }

  /** Returns the temporary path. */
  async #writeAtomically(hash: Uint8Array, writeTo: (tempPath: string) => Promise<void>): Promise<string> {
    const name = nameOf(hash);
    const folder = join(this.#folder, folderOf(name));
    const tempPath = join(this.#folder, TEMP_FOLDER, randomUUID());
    try {
      if (!this.#createdFolders.has(folder)) createFolder(folder);
      this.#createdFolders.add(folder);
      await writeTo(tempPath);
      renameSync(tempPath, join(folder, name));
      return tempPath;
    } catch (error) {
      await rm(tempPath, { force: true });
      throw error;
    }
  }

  #path(hash: Uint8Array): string {
    const name = nameOf(hash);
    return join(this.#folder, folderOf(name), name);
  }
}

/**
 * Fills `bytes` from a file, and returns how many bytes the file had. Only reading runs on another thread: opening a
 * file takes some microseconds, less than a round trip to the thread pool.
 */
async function readInto(path: string, bytes: Uint8Array): Promise<number> {
  const file = openSync(path, 'r');
  try {
    let end = 0;
    for (let count = -1; count !== 0 && end < bytes.length; end += count) {
      count = (await readBytes(file, bytes, end, bytes.length - end, null)).bytesRead;
    }
    return end;
  } finally {
    closeSync(file);
  }
}

/** Closing runs on another thread: virus scanners and file servers do their work when a written file is closed. */
async function writeNewFile(path: string, bytes: Uint8Array): Promise<void> {
  const file = openSync(path, 'wx');
  try {
    for (let end = 0; end < bytes.length;) {
      end += (await writeBytes(file, bytes, end, bytes.length - end, null)).bytesWritten;
    }
  } finally {
    await closeFile(file);
  }
}

function nameOf(hash: Uint8Array): string {
  return base32upper.encode(hash) + FILE_EXTENSION;
}

function folderOf(name: string): string {
  return name.slice(-FILE_EXTENSION.length - 2, -FILE_EXTENSION.length);
}

function hashOf(name: string): Uint8Array | undefined {
  if (!name.endsWith(FILE_EXTENSION)) return undefined;
  try {
    return Digest.decode(base32upper.decode(name.slice(0, -FILE_EXTENSION.length))).bytes;
  } catch {
    return undefined;
  }
}

function ignoreMissing(error: unknown): undefined {
  if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
}

function createFolder(path: string): void {
  try {
    mkdirSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}
