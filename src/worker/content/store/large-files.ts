import { randomUUID } from 'node:crypto';
import { closeSync, constants, mkdirSync, openSync, renameSync, writev } from 'node:fs';
import { copyFile, link, mkdir, open, readdir, rm, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { base32upper } from 'multiformats/bases/base32';
import * as Digest from 'multiformats/hashes/digest';
import type { Pieces } from '../../dag/pieces.ts';

const EXTENSION = '.data';
const TEMPORARY = 'tmp';

const writePieces = promisify(writev);

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

  async write(hash: Uint8Array, pieces: Pieces): Promise<void> {
    await this.#place(hash, (temporary) => writeNew(temporary, pieces));
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
   * So many bytes of it, fewer where it is shorter; undefined when it is not there. In one piece from the start: `readFile`
   * reads half a megabyte at a time and joins the halves, which is twice the memory to allocate and to collect.
   */
  async read(hash: Uint8Array, size: number): Promise<Uint8Array | undefined> {
    const file = await open(this.#path(hash)).catch(absent);
    if (file === undefined) return undefined;
    try {
      const bytes = Buffer.allocUnsafeSlow(size);
      let end = 0;
      for (let count = -1; count !== 0 && end < size; end += count) {
        count = (await file.read(bytes, end, size - end)).bytesRead;
      }
      return bytes.subarray(0, end);
    } finally {
      await file.close();
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
      if (!this.#made.has(folder)) mkdirSync(folder, { recursive: true });
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
 * Only the bytes are written off the event loop, all of them in one go where the system takes that. Each other call takes some
 * microseconds, and the way to another thread and back a multiple of that.
 */
async function writeNew(path: string, pieces: Pieces): Promise<void> {
  const file = openSync(path, 'wx');
  try {
    for (let left = pieces; left.length > 0;) left = behind(left, (await writePieces(file, left)).bytesWritten);
  } finally {
    closeSync(file);
  }
}

/** What is left of the pieces behind so many bytes. */
function behind(pieces: Pieces, bytes: number): Pieces {
  let rest = bytes;
  const whole = pieces.findIndex(({ byteLength }) => {
    if (byteLength > rest) return true;
    rest -= byteLength;
    return false;
  });
  if (whole === -1) return [];
  const [first, ...others] = pieces.slice(whole);
  return first === undefined ? [] : [first.subarray(rest), ...others];
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
