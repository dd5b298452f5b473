import { randomUUID } from 'node:crypto';
import { close, closeSync, constants, mkdirSync, openSync, read, renameSync, write } from 'node:fs';
import { copyFile, link, mkdir, readdir, rm, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { base32upper } from 'multiformats/bases/base32';
import * as Digest from 'multiformats/hashes/digest';
import { blockBuffers } from '../dag/block-buffers.ts';

const EXTENSION = '.data';
const TEMPORARY = 'tmp';

const readBytes = promisify(read);
const writeBytes = promisify(write);
const closeFile = promisify(close);

/**
 * Blocks that are files of their own: `<last two letters>/<multihash in base32>.data`, as blockstore-fs laid them out, so
 * that folders of older versions are read on. A file under its final name is whole: it is written elsewhere and renamed.
 */
export class LargeFiles {
  readonly #folder: string;
  readonly #made = new Set<string>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Make ready for writing. What a killed process had half written goes. */
  async open(): Promise<void> {
    await rm(join(this.#folder, TEMPORARY), { recursive: true, force: true });
    await mkdir(join(this.#folder, TEMPORARY), { recursive: true });
  }

  async write(hash: Uint8Array, bytes: Uint8Array): Promise<void> {
    await this.#place(hash, (temporary) => writeNew(temporary, bytes));
  }

  /** Take over a file of another store: by a second name for it where the file system can, else by a copy. */
  async take(hash: Uint8Array, from: LargeFiles): Promise<void> {
    const source = from.#path(hash);
    const left = await this.#place(hash, async (temporary) => {
      await link(source, temporary).catch(() => copyFile(source, temporary, constants.COPYFILE_FICLONE));
    });
    // Of two names for one file, renaming one over the other does nothing and leaves both (POSIX).
    await unlink(left).catch(absent);
  }

  /**
   * So many bytes of it, fewer where it is shorter; undefined when it is not there. They may be given back to `blockBuffers` by
   * whoever needs them no more.
   */
  async read(hash: Uint8Array, size: number): Promise<Uint8Array | undefined> {
    const bytes = blockBuffers.take(size);
    try {
      return bytes.subarray(0, await readInto(this.#path(hash), bytes));
    } catch (error) {
      blockBuffers.give(bytes);
      absent(error);
      return undefined;
    }
  }

  /** Size in bytes; undefined when it is not there. */
  async size(hash: Uint8Array): Promise<number | undefined> {
    return (await stat(this.#path(hash)).catch(absent))?.size;
  }

  async remove(hash: Uint8Array): Promise<void> {
    await unlink(this.#path(hash)).catch(absent);
  }

  /** Names of the folders that hold blocks. */
  async folders(): Promise<string[]> {
    const entries = await readdir(this.#folder, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory() && entry.name !== TEMPORARY).map(({ name }) => name);
  }

  /** Hashes of the files in one of those folders. What is no block is passed over, and never touched. */
  async list(folder: string): Promise<Uint8Array[]> {
    const names = (await readdir(join(this.#folder, folder)).catch(absent)) ?? [];
    return names.flatMap((name) => {
      const hash = hashOf(name);
      return hash === undefined || folder !== folderOf(name) ? [] : [hash];
    });
  }

  /** Returns where it was made. */
  async #place(hash: Uint8Array, make: (temporary: string) => Promise<void>): Promise<string> {
    const name = nameOf(hash);
    const folder = join(this.#folder, folderOf(name));
    const temporary = join(this.#folder, TEMPORARY, randomUUID());
    try {
      if (!this.#made.has(folder)) makeFolder(folder);
      this.#made.add(folder);
      await make(temporary);
      renameSync(temporary, join(folder, name));
      return temporary;
    } catch (error) {
      await rm(temporary, { force: true });
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
async function writeNew(path: string, bytes: Uint8Array): Promise<void> {
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
  return base32upper.encode(hash) + EXTENSION;
}

function folderOf(name: string): string {
  return name.slice(-EXTENSION.length - 2, -EXTENSION.length);
}

function hashOf(name: string): Uint8Array | undefined {
  if (!name.endsWith(EXTENSION)) return undefined;
  try {
    return Digest.decode(base32upper.decode(name.slice(0, -EXTENSION.length))).bytes;
  } catch {
    return undefined;
  }
}

function absent(error: unknown): undefined {
  if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
}

function makeFolder(path: string): void {
  try {
    mkdirSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}
