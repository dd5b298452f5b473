import { posix } from 'node:path';

/** Paths of files, with the folders that contain them. */
export class PathSet {
  readonly #files: ReadonlySet<string>;
  readonly #folders = new Set<string>();

  /** @param files with forward slashes, NFC */
  constructor(files: Iterable<string>) {
    this.#files = new Set(files);
    for (const file of this.#files) {
      for (let folder = posix.dirname(file); folder !== '.' && !this.#folders.has(folder);) {
        this.#folders.add(folder);
        folder = posix.dirname(folder);
      }
    }
  }

  has(file: string): boolean {
    return this.#files.has(file);
  }

  /** Whether one of the files lies below the folder. */
  hasBelow(folder: string): boolean {
    return this.#folders.has(folder);
  }
}
