import type { Database } from '../../sqlite/database.ts';

const PREFIX = 'install-transaction:';

/** A file or folder to be replaced. All paths are absolute and in the same folder. */
export interface Swap {
  readonly target: string;
  /** The new file or folder; absent when the target is removed. */
  readonly staging?: string;
  /** Where the old one is kept until the transaction is done. */
  readonly backup: string;
  /** What exists at `target` before the transaction. */
  readonly before: 'folder' | 'file' | 'empty-folder' | 'nothing';
}

/** What an installation replaces, so that recovery can roll it back or complete it. */
export interface InstallTransaction {
  readonly id: string;
  /**
   * `staging`: no target was changed. `swapping`: targets are being renamed; recovery rolls back. `done`: the new state
   * is committed; recovery removes the backups.
   */
  readonly phase: 'staging' | 'swapping' | 'done';
  readonly swaps: readonly Swap[];
  /** Parent folders that were created for the targets, outermost first. */
  readonly createdFolders: readonly string[];
}

/** The log of install transactions in progress, which survives a kill. */
export class InstallTransactions {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  save({ id, ...note }: InstallTransaction): void {
    this.#db.setMeta(PREFIX + id, JSON.stringify(note));
  }

  /** Commits: the rows that `writeRows` writes and phase `done`, in one SQLite transaction. */
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
