import type { Database } from '../sqlite/database.ts';
import { isDiskFull } from '../sqlite/disk-full.ts';
import { Ballast } from './ballast.ts';
import { Checkpoints } from './checkpoints.ts';
import { indexPath } from './open-index.ts';

/** Writes into a store's index when that is allowed, also on a full disk where it can. */
export class IndexWriter {
  readonly #checkpoints: Checkpoints;
  readonly #ballast: Ballast;
  readonly #transient: boolean;

  constructor(db: Database, folder: string, transient: boolean) {
    this.#checkpoints = new Checkpoints(db, indexPath(folder));
    this.#ballast = new Ballast(folder);
    this.#transient = transient;
  }

  /**
   * Do what writes, in one go: `work` must not await. On a full disk it is done once more, after the log was moved into the
   * file, which may have free pages.
   *
   * @param bytes what it writes, about
   * @param frees it makes room in the end, and must not fail for want of it
   */
  async write<T>(bytes: number, work: () => T, { frees = false } = {}): Promise<T> {
    await this.#checkpoints.idle();
    try {
      return work();
    } catch (error) {
      if (this.#transient || !isDiskFull(error)) throw error;
    } finally {
      if (!this.#transient) this.#checkpoints.wrote(bytes);
    }
    if (frees) await this.#ballast.drop();
    await this.#checkpoints.run();
    return work();
  }

  /** Be ready for a full disk. */
  async prepare(): Promise<void> {
    if (!this.#transient) await this.#ballast.take();
  }

  /** Bring everything into the file and onto the disk. */
  async finish(): Promise<void> {
    await this.#checkpoints.idle();
    if (!this.#transient) await this.#checkpoints.run();
  }

  /** The index is closed, or another one. */
  async reset(): Promise<void> {
    await this.#checkpoints.reset();
  }
}
