import type { Database } from '../sqlite/database.ts';
import { isDiskFull } from '../sqlite/disk-full.ts';
import { ReserveFile } from './reserve-file.ts';
import { WalCheckpointer } from './wal-checkpointer.ts';
import { indexPath } from './open-index.ts';

/** Writes into a store's index when that is allowed, also on a full disk where it can. */
export class IndexWriter {
  readonly #checkpointer: WalCheckpointer;
  readonly #reserveFile: ReserveFile;
  readonly #transient: boolean;

  constructor(db: Database, folder: string, transient: boolean) {
    this.#checkpointer = new WalCheckpointer(db, indexPath(folder));
    this.#reserveFile = new ReserveFile(folder);
    this.#transient = transient;
  }

  /**
   * Do what writes, in one go: `work` must not await. On a full disk it is done once more, after the log was moved into the
   * file, which may have free pages.
   *
   * @param bytes what it writes, about
   * @param frees it makes room in the end, and must not fail for want of it
   */
  async write<T>(bytes: number, work: () => T, { frees: freesSpace = false } = {}): Promise<T> {
    await this.#checkpointer.whenIdle();
    try {
      return work();
    } catch (error) {
      if (this.#transient || !isDiskFull(error)) throw error;
    } finally {
      if (!this.#transient) this.#checkpointer.recordWrite(bytes);
    }
    if (freesSpace) await this.#reserveFile.remove();
    await this.#checkpointer.run();
    return work();
  }

  /** Be ready for a full disk. */
  async ensureReserveFile(): Promise<void> {
    if (!this.#transient) await this.#reserveFile.create();
  }

  /** Bring everything into the file and onto the disk. */
  async checkpoint(): Promise<void> {
    await this.#checkpointer.whenIdle();
    if (!this.#transient) await this.#checkpointer.run();
  }

  /** The index is closed, or another one. */
  async closeCheckpointer(): Promise<void> {
    await this.#checkpointer.closeHandles();
  }
}
