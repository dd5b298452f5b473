import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const RESERVE_FILE_BYTES = 1024 * 1024;

/**
 * A file without a purpose, until the disk is full: to remove a block, SQLite writes first. Throwing this one off makes
 * room for that.
 */
export class ReserveFile {
  readonly #path: string;

  constructor(folder: string) {
    this.#path = join(folder, 'reserve');
  }

  /** Put it there if it is not. On a full disk it is done without. */
  async create(): Promise<void> {
    await writeFile(this.#path, new Uint8Array(RESERVE_FILE_BYTES), { flag: 'wx' }).catch(async (error: unknown) => {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') await this.remove();
    });
  }

  async remove(): Promise<void> {
    await rm(this.#path, { force: true });
  }
}
