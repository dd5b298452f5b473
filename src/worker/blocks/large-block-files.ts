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
 * Blocks that are files of their own: `<last two letters>/<multihash in base32>.data`, as blockstore-fs laid them out, so
 * that folders of older versions are read on. A file under its final name is whole: it is written elsewhere and renamed.
 */
export class LargeBlockFiles {
  readonly #folder: string;
  readonly #createdFolders = new Set<string>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Make ready for writing. What a killed process had half written goes. */
  async open(): Promise<void> {
    await rm(join(this.#folder, TEMP_FOLDER), { recursive: true, force: true });
    await mkdir(join(this.#folder, TEMP_FOLDER), { recursive: true });
  }

  async write(hash: Uint8Array, bytes: Uint8Array): Promise<void> {
    await this.#writeAtomically(hash, (tempPath) => writeNewFile(tempPath, bytes));
  }

  /** Take over a file of another store: by a second name for it where the file system can, else by a copy. */
  async linkFrom(hash: Uint8Array, source: LargeBlockFiles): Promise<void> {
    const sourcePath = source.#path(hash);
    const tempPath = await this.#writeAtomically(hash, async (tempPath) => {
      await link(sourcePath, tempPath).catch(() => copyFile(sourcePath, tempPath, constants.COPYFILE_FICLONE));
    });
    // Of two names for one file, renaming one over the other does nothing and leaves both (POSIX).
    await unlink(tempPath).catch(ignoreMissing);
  }

  /**
   * So many bytes of it, fewer where it is shorter; undefined when it is not there. They may be given back to `blockBuffers` by
   * whoever needs them no more.
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

  /** Size in bytes; undefined when it is not there. */
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

  /** Hashes of the files in one of those folders. What is no block is passed over, and never touched. */
  async list(folder: string): Promise<Uint8Array[]> {
    const names = (await readdir(join(this.#folder, folder)).catch(ignoreMissing)) ?? [];
    return names.flatMap((name) => {
      const hash = hashOf(name);
      return hash === undefined || folder !== folderOf(name) ? [] : [hash];
    });
  }

  /** Returns where it was made. */
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
 * Fill `bytes` from a file; returns how many there were. Here and below, only what takes its time is done on another thread: opening a
 * file takes some microseconds, and the way to another thread and back a multiple of that.
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

/** Where a virus scanner or a server has its say, it has it when what was written is closed. */
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
