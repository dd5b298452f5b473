import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const BYTES = 1024 * 1024;

/**
 * A file without a purpose, until the disk is full: to remove a block, SQLite writes first. Throwing this one off makes
 * room for that.
 */
export class Ballast {
  readonly #path: string;

  constructor(folder: string) {
    this.#path = join(folder, 'ballast');
  }

  /** Put it there if it is not. On a full disk it is done without. */
  async take(): Promise<void> {
    await writeFile(this.#path, new Uint8Array(BYTES), { flag: 'wx' }).catch(async (error: unknown) => {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') await this.drop();
    });
  }

  async drop(): Promise<void> {
    await rm(this.#path, { force: true });
  }
}
