import type { Database } from '../../sqlite/database.ts';

const PREFIX = 'install-transaction:';

/** A file or folder that takes the place of another. All paths are absolute, and beside each other. */
export interface Swap {
  readonly target: string;
  /** What shall stand at `target`; absent when nothing shall. */
  readonly staging?: string;
  /** Where what stood at `target` waits for its removal. */
  readonly backup: string;
  /** What stood at `target` before. */
  readonly before: 'folder' | 'file' | 'empty-folder' | 'nothing';
}

/** What an installation is about to exchange, so that a kill at any moment can be healed. */
export interface InstallTransaction {
  readonly id: string;
  /**
   * `staging`: nothing that counts was touched. `swapping`: targets are being exchanged; all of it is taken back. `done`: the
   * new state counts; what was put aside is removed.
   */
  readonly phase: 'staging' | 'swapping' | 'done';
  readonly swaps: readonly Swap[];
  /** Folders that were made for the targets, outermost first. */
  readonly createdFolders: readonly string[];
}

/** Notes of the exchanges under way. They outlive a kill. */
export class InstallTransactions {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  save({ id, ...note }: InstallTransaction): void {
    this.#db.setMeta(PREFIX + id, JSON.stringify(note));
  }

  /** From here on the new state counts: what `record` writes and the note, in one transaction. */
  commit(transaction: InstallTransaction, writeRows: () => void): void {
    this.#db.transaction(() => {
      writeRows();
      this.save({ ...transaction, phase: 'done' });
    });
  }

  remove(id: string): void {
    this.#db.run('DELETE FROM meta WHERE key = ?', PREFIX + id);
  }

  list(): InstallTransaction[] {
    return this.#db
      .all<{
        key: string;
        value: string;
      }>('SELECT key, value FROM meta WHERE substr(key, 1, length(?1)) = ?1', PREFIX)
      .map(({ key, value }) => ({
        ...(JSON.parse(value) as Omit<InstallTransaction, 'id'>),
        id: key.slice(PREFIX.length),
      }));
  }
}
