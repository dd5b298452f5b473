/** Pages in the log after which a checkpoint is due: it then takes about ten milliseconds. */
const CHECKPOINT_PAGES = 1_500;
/** Assumed pages per statement until the first checkpoint measures them. */
const DEFAULT_PAGES_PER_STATEMENT = 0.5;

/**
 * Estimates the length of SQLite's write-ahead log, which SQLite tells only by a checkpoint: from the number of writing
 * statements, and from the pages per statement at the last checkpoint.
 */
export class WalMonitor {
  #statements = 0;
  #pagesPerStatement = DEFAULT_PAGES_PER_STATEMENT;

  get isCheckpointDue(): boolean {
    return this.#statements * this.#pagesPerStatement > CHECKPOINT_PAGES;
  }

  recordWrite(): void {
    this.#statements++;
  }

  /** @param pages length of the log at the checkpoint */
  recordCheckpoint(pages: number): void {
    if (pages > 0 && this.#statements > 0) this.#pagesPerStatement = pages / this.#statements;
    this.#statements = 0;
  }
}
