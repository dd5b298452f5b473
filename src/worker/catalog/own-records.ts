import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const SUFFIX = '.record';

/**
 * The newest record of each package that was signed here, as a file beside the database.
 *
 * Everything else in the catalog can be learnt again from peers. These must survive a lost database even while nobody
 * is connected: the next release counts on from their sequence number, and a number that is used twice forks the package.
 */
export class OwnRecords {
  readonly #folder: string;

  constructor(dataDir: string) {
    this.#folder = join(dataDir, 'own-records');
  }

  /** Whether anything was ever kept here: databases made before this folder was have to fill it once. */
  get exists(): boolean {
    return existsSync(this.#folder);
  }

  create(): void {
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
  }

  /** Keep a signed record in place of the one before it. The file is either the old or the new one, never half. */
  save(publisher: string, name: string, envelope: Uint8Array): void {
    this.create();
    const file = join(this.#folder, createHash('sha256').update(`${publisher}/${name}`).digest('hex') + SUFFIX);
    writeFileSync(`${file}.new`, envelope, { mode: 0o600 });
    renameSync(`${file}.new`, file);
  }

  /** The signed records, to be verified like any other. */
  envelopes(): Uint8Array[] {
    if (!this.exists) return [];
    return readdirSync(this.#folder)
      .filter((name) => name.endsWith(SUFFIX))
      .map((name) => readFileSync(join(this.#folder, name)));
  }
}
