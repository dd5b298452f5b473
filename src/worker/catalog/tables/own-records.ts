import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const SUFFIX = '.record';

/**
 * The head of each own package, as a file beside the database.
 *
 * All other rows of the catalog can be synced from peers again. Own records must survive a lost database even without a
 * connection, because a release that reuses a sequence number forks its package.
 */
export class OwnRecords {
  readonly #folder: string;

  constructor(dataDir: string) {
    this.#folder = join(dataDir, 'own-records');
  }

  /** False until the folder is created; the catalog then fills it from the database. */
  get exists(): boolean {
    return existsSync(this.#folder);
  }

  create(): void {
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
  }

  /** Replaces the record of a package atomically. */
  save(publisher: string, name: string, envelope: Uint8Array): void {
    this.create();
    const file = join(this.#folder, createHash('sha256').update(`${publisher}/${name}`).digest('hex') + SUFFIX);
    writeFileSync(`${file}.new`, envelope, { mode: 0o600 });
    renameSync(`${file}.new`, file);
  }

  /** The signed records, not verified yet. */
  envelopes(): Uint8Array[] {
    if (!this.exists) return [];
    return readdirSync(this.#folder)
      .filter((name) => name.endsWith(SUFFIX))
      .map((name) => readFileSync(join(this.#folder, name)));
  }
}
