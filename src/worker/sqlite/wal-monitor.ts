/** Pages that are moved at once: some ten milliseconds' worth. */
const CHECKPOINT_PAGES = 1_500;
/** What a statement writes, in pages, until the first time that it is known. */
const DEFAULT_PAGES_PER_STATEMENT = 0.5;

/**
 * Guesses how long SQLite's write-ahead log is, which nobody can ask without moving it: from the statements that wrote, and
 * how many pages as many made the last time.
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

  /** @param pages what was in the log when it was moved */
  recordCheckpoint(pages: number): void {
    if (pages > 0 && this.#statements > 0) this.#pagesPerStatement = pages / this.#statements;
    this.#statements = 0;
  }
}
