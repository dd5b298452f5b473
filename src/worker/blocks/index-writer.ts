import type { Database } from '../sqlite/database.ts';
import { isDiskFull } from '../sqlite/disk-full.ts';
import { ReserveFile } from './reserve-file.ts';
import { WalCheckpointer } from './wal-checkpointer.ts';
import { indexPath } from './open-index.ts';

/** Runs writes to a store's index: never during a checkpoint, and on a full disk with the space of the reserve file. */
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
   * Runs `work`, which must be synchronous. On a full disk it runs a second time after a checkpoint, because the
   * database file may have free pages.
   *
   * @param bytes estimate of what `work` writes
   * @param frees `work` frees space in the end: it may use the space of the reserve file
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

  /** Creates the reserve file, if it is missing. */
  async ensureReserveFile(): Promise<void> {
    if (!this.#transient) await this.#reserveFile.create();
  }

  /** Moves the log into the database file, and waits for the disk. */
  async checkpoint(): Promise<void> {
    await this.#checkpointer.whenIdle();
    if (!this.#transient) await this.#checkpointer.run();
  }

  /** Closes the handles of the database file, after it was closed or replaced. */
  async closeCheckpointer(): Promise<void> {
    await this.#checkpointer.closeHandles();
  }
}
