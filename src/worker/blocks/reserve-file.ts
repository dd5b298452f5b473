import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const RESERVE_FILE_BYTES = 1024 * 1024;

/**
 * Occupies space on the disk. SQLite writes before it can remove a block; on a full disk, removing this file makes that
 * possible.
 */
export class ReserveFile {
  readonly #path: string;

  constructor(folder: string) {
    this.#path = join(folder, 'reserve');
  }

  /** Creates the file if it is missing. On a full disk there is none. */
  async create(): Promise<void> {
    await writeFile(this.#path, new Uint8Array(RESERVE_FILE_BYTES), { flag: 'wx' }).catch(async (error: unknown) => {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') await this.remove();
    });
  }

  async remove(): Promise<void> {
    await rm(this.#path, { force: true });
  }
}
