/** Pages that are moved at once: some ten milliseconds' worth. */
const LONG = 1_500;
/** What a statement writes, in pages, until the first time that it is known. */
const FIRST_GUESS = 0.5;

/**
 * Guesses how long SQLite's write-ahead log is, which nobody can ask without moving it: from the statements that wrote, and
 * how many pages as many made the last time.
 */
export class Journal {
  #statements = 0;
  #pagesEach = FIRST_GUESS;

  get isLong(): boolean {
    return this.#statements * this.#pagesEach > LONG;
  }

  written(): void {
    this.#statements++;
  }

  /** @param pages what was in the log when it was moved */
  moved(pages: number): void {
    if (pages > 0 && this.#statements > 0) this.#pagesEach = pages / this.#statements;
    this.#statements = 0;
  }
}
