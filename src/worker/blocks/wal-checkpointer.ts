import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import type { Database } from '../sqlite/database.ts';

/** Bytes in the log after which a checkpoint runs: it then takes a few milliseconds. */
const CHECKPOINT_THRESHOLD_BYTES = 4 * 1024 * 1024;

/**
 * Moves the write-ahead log into the database as SQLite does with `synchronous = NORMAL`: the log is on the disk before
 * its pages are copied, and the copies are on the disk before the log is overwritten, so that a power cut does not
 * damage the file. Unlike SQLite, it waits for the disk off the event loop. Nothing may be written during a checkpoint.
 */
export class WalCheckpointer {
  readonly #db: Database;
  readonly #path: string;
  #bytesSinceCheckpoint = 0;
  #running: Promise<void> | undefined;
  #handles: FileHandle[] = [];

  constructor(db: Database, path: string) {
    this.#db = db;
    this.#path = path;
  }

  /** Resolves when no checkpoint runs. The caller writes in the same tick. */
  async whenIdle(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
  }

  /** Counts written bytes, and starts a checkpoint when it is due. */
  recordWrite(bytes: number): void {
    this.#bytesSinceCheckpoint += bytes;
    if (this.#bytesSinceCheckpoint >= CHECKPOINT_THRESHOLD_BYTES && this.#running === undefined) void this.run();
  }

  /** Runs a checkpoint. A failed one is repeated after the next writes; until then the log grows. */
  run(): Promise<void> {
    this.#bytesSinceCheckpoint = 0;
    this.#running ??= this.#run()
      .catch(() => undefined)
      .finally(() => {
        this.#running = undefined;
      });
    return this.#running;
  }

  /** Closes the handles of the log and the database, after these were closed or replaced. */
  async closeHandles(): Promise<void> {
    for (const handle of this.#handles.splice(0)) await handle.close();
  }

  async #run(): Promise<void> {
    // Kept open: closing a second handle of a database drops the process's locks on it (sqlite.org/howtocorrupt.html, 2.2).
    if (this.#handles.length < 2) {
      await this.closeHandles();
      for (const name of [`${this.#path}-wal`, this.#path]) this.#handles.push(await open(name, 'r+'));
    }
    const [log, file] = this.#handles;
    await log?.datasync();
    this.#db.all('PRAGMA wal_checkpoint(PASSIVE)');
    await file?.datasync();
  }
}
