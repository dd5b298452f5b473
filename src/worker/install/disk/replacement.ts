import { join } from 'node:path';
import { foldPath, foldersOf, localState } from './local-state.ts';
import type { LocalEntry } from './local-state.ts';
import { compareFile } from './compare-file.ts';
import { ExecuteBits } from './execute-bits.ts';
import type { GetBlock, TreeFile } from './tree-files.ts';

/** The effect on a folder when its release is replaced or removed. */
export interface Replacement {
  /** Files of the new release to write. */
  readonly write: readonly TreeFile[];
  /**
   * The user's own files and folders, and changes to files that are equal in both releases; all of them are preserved.
   */
  readonly preserve: readonly string[];
  /** Files that the user changed or added and that the new release replaces or removes. */
  readonly conflicts: readonly string[];
}

export interface ReplacementOptions {
  /** Blocks of both releases. */
  readonly get: GetBlock;
  readonly signal: AbortSignal;
  /** Paths of `conflicts` or `preserve` that the user agreed to lose; `*` for all conflicts. */
  readonly overwrite: ReadonlySet<string>;
}

/**
 * Determines what replacing a release means for the user's changes in its folder.
 *
 * @throws Node's error when a folder or file cannot be read, and the errors of `get`
 */
export async function planReplacement(
  folder: string,
  before: readonly TreeFile[],
  after: readonly TreeFile[],
  { get, signal, overwrite }: ReplacementOptions,
): Promise<Replacement> {
  const extraFolders = foldersOf(after.map(({ path }) => path));
  const { entries } = await localState(before, folder, { get, signal, extraFolders });
  const compareOptions = { get, signal, executeBits: new ExecuteBits(folder) };
  const newRelease = new NewRelease(before, after);
  const kept = new Set<TreeFile>();
  const preserve: string[] = [];
  const conflicts: string[] = [];
  for (const entry of entries) {
    if (entry.state === 'same' || overwrite.has(entry.path)) continue;
    const file = newRelease.file(entry.path);
    // An execute bit is set again without a question: no content is lost.
    const isSame = async (): Promise<boolean> =>
      file !== undefined && (await compareFile(join(folder, entry.path), file, compareOptions)) !== 'changed';
    if (newRelease.isUnaffected(entry)) {
      if (file !== undefined) kept.add(file);
      preserve.push(entry.path);
    } else if (!(await isSame()) && !overwrite.has('*')) conflicts.push(entry.path);
  }
  return { write: after.filter((file) => !kept.has(file)), preserve, conflicts };
}

/** Answers questions about the new release by paths of the old folder. */
class NewRelease {
  readonly #before: ReadonlyMap<string, TreeFile>;
  readonly #files: ReadonlyMap<string, TreeFile>;
  readonly #folders: ReadonlySet<string>;

  constructor(before: readonly TreeFile[], after: readonly TreeFile[]) {
    this.#before = new Map(before.map((file) => [file.path.normalize('NFC'), file]));
    this.#files = new Map(after.map((file) => [foldPath(file.path), file]));
    this.#folders = foldersOf(this.#files.keys());
  }

  file(path: string): TreeFile | undefined {
    return this.#files.get(foldPath(path));
  }

  /** Whether the new release leaves the path as the user has it. */
  isUnaffected({ path, state }: LocalEntry): boolean {
    const key = foldPath(path.replace(/\/$/, ''));
    if ([...foldersOf([key])].some((folder) => this.#files.has(folder))) return false;
    if (state === 'extra') return !this.#files.has(key) && !this.#folders.has(key);
    const [previous, next] = [this.#before.get(path.normalize('NFC')), this.#files.get(key)];
    return previous !== undefined && next !== undefined && previous.cid.equals(next.cid);
  }
}
