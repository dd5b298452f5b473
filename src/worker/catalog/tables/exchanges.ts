import type { Database } from '../../sqlite/database.ts';

const PREFIX = 'exchange:';

/** A file or folder that takes the place of another. All paths are absolute, and beside each other. */
export interface Swap {
  readonly target: string;
  /** What shall stand at `target`; absent when nothing shall. */
  readonly staging?: string;
  /** Where what stood at `target` waits for its removal. */
  readonly aside: string;
  /** What stood at `target` before. */
  readonly before: 'folder' | 'file' | 'empty-folder' | 'nothing';
}

/** What an installation is about to exchange, so that a kill at any moment can be healed. */
export interface ExchangeNote {
  readonly id: string;
  /**
   * `staging`: nothing that counts was touched. `swapping`: targets are being exchanged; all of it is taken back. `done`: the
   * new state counts; what was put aside is removed.
   */
  readonly phase: 'staging' | 'swapping' | 'done';
  readonly swaps: readonly Swap[];
  /** Folders that were made for the targets, outermost first. */
  readonly made: readonly string[];
}

/** Notes of the exchanges under way. They outlive a kill. */
export class Exchanges {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  put({ id, ...note }: ExchangeNote): void {
    this.#db.setMeta(PREFIX + id, JSON.stringify(note));
  }

  /** From here on the new state counts: what `record` writes and the note, in one transaction. */
  commit(note: ExchangeNote, record: () => void): void {
    this.#db.transaction(() => {
      record();
      this.put({ ...note, phase: 'done' });
    });
  }

  remove(id: string): void {
    this.#db.run('DELETE FROM meta WHERE key = ?', PREFIX + id);
  }

  list(): ExchangeNote[] {
    return this.#db
      .all<{
        key: string;
        value: string;
      }>('SELECT key, value FROM meta WHERE substr(key, 1, length(?1)) = ?1', PREFIX)
      .map(({ key, value }) => ({
        ...(JSON.parse(value) as Omit<ExchangeNote, 'id'>),
        id: key.slice(PREFIX.length),
      }));
  }
}
