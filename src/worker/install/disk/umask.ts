import { chmod } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { GgenError } from '../../../shared/errors.ts';
import { EXECUTABLE_MODE } from '../../dag/nodes.ts';
import type { TreeFile } from './tree-files.ts';

const FOLDER_MODE = 0o777;
const FILE_MODE = 0o666;
const MAX_CONCURRENT_CHANGES = 16;

/** The modes that new files and folders get, by the umask of the user who installs. */
export class Umask {
  /** Undefined where that of this process counts, which the system has applied already. */
  readonly #umask: number | undefined;

  /**
   * @param umask of the process of the user, which may be another one than that of this engine
   * @throws GgenError InvalidRequest
   */
  constructor(umask: number | undefined) {
    if (umask !== undefined && !(Number.isInteger(umask) && umask >= 0 && umask <= FOLDER_MODE)) {
      throw new GgenError('InvalidRequest', `A umask is a number from 0 to ${FOLDER_MODE}, not ${umask}.`);
    }
    this.#umask = umask;
  }

  async applyToFile(path: string): Promise<void> {
    if (this.#umask !== undefined) await chmod(path, FILE_MODE & ~this.#umask);
  }

  async applyToFolder(path: string): Promise<void> {
    if (this.#umask !== undefined) await chmod(path, FOLDER_MODE & ~this.#umask);
  }

  /** Files that were just written into a folder, and all folders that hold them. */
  async applyToTree(folder: string, files: readonly TreeFile[]): Promise<void> {
    const umask = this.#umask;
    if (umask === undefined) return;
    const queue = files.values();
    const workers = Array.from({ length: MAX_CONCURRENT_CHANGES }, async () => {
      for (const { path, executable } of queue)
        await chmod(join(folder, path), (executable ? EXECUTABLE_MODE : FILE_MODE) & ~umask);
    });
    await Promise.all(workers);
    // Innermost first: a umask may take the permission to enter a folder.
    const folders = [...new Set(files.flatMap(({ path }) => parentsOf(path)))].sort((a, b) => b.length - a.length);
    for (const path of folders) await this.applyToFolder(join(folder, path));
    await this.applyToFolder(folder);
  }
}

/** Folders of a path, without the root. */
function parentsOf(path: string): string[] {
  const parent = dirname(path);
  return parent === '.' ? [] : [parent, ...parentsOf(parent)];
}
