import { readdir } from 'node:fs/promises';
import type { Dirent } from 'node:fs';
import { join } from 'node:path';
import { foldCase } from '../../paths/path-safety.ts';
import { compareFile } from './compare-file.ts';
import type { FileComparison } from './compare-file.ts';
import { ExecuteBits } from './execute-bits.ts';
import type { GetBlock, TreeFile } from './tree-files.ts';

/** An entry of an installed folder, compared with its release. */
export interface LocalEntry {
  /** With forward slashes; the path of a folder that does not belong to the release ends with one. */
  readonly path: string;
  /**
   * `same`: as in the release. `changed`: a file of the release with other content, or a link in its place. `bit-lost`
   * and `bit-added`: with the same content, and another execute bit. `extra`: not in the release.
   */
  readonly state: FileComparison | 'extra';
}

export interface LocalState {
  /** Sorted by path. A folder that does not belong to the release stands for everything in it. */
  readonly entries: readonly LocalEntry[];
  /** Paths of the release's files that do not exist. */
  readonly missing: readonly string[];
}

const MAX_CONCURRENT_COMPARES = 8;

export interface CompareOptions {
  readonly get: GetBlock;
  readonly signal: AbortSignal;
  /** Folders to descend into although the release does not contain them. */
  readonly extraFolders?: ReadonlySet<string>;
  readonly onFile?: () => void;
}

/**
 * Compares a folder with the files of a release by content. Names are compared in NFC, because macOS may return another
 * normalization form than the one written.
 *
 * @throws Node's error when a folder or file cannot be read, and the errors of `get`
 */
export async function localState(
  files: readonly TreeFile[],
  folder: string,
  { get, signal, extraFolders = new Set(), onFile = () => undefined }: CompareOptions,
): Promise<LocalState> {
  const expected = new Map(files.map((file) => [file.path.normalize('NFC'), file]));
  const folders = new Set([...foldersOf(expected.keys()), ...extraFolders]);
  const found = await listEntries(folder, folders, signal);
  const queue = found.values();
  const entries: LocalEntry[] = [];
  const options = { get, signal, executeBits: new ExecuteBits(folder) };
  const compare = async (): Promise<void> => {
    for (const { path, entry } of queue) {
      signal.throwIfAborted();
      const file = expected.get(path.normalize('NFC'));
      if (file === undefined) entries.push({ path: entry.isDirectory() ? `${path}/` : path, state: 'extra' });
      else {
        const state = entry.isFile() ? await compareFile(join(folder, path), file, options) : 'changed';
        entries.push({ path: entry.isDirectory() ? `${path}/` : path, state });
        expected.delete(path.normalize('NFC'));
        onFile();
      }
    }
  };
  await Promise.all(Array.from({ length: MAX_CONCURRENT_COMPARES }, compare));
  entries.sort((a, b) => (a.path < b.path ? -1 : 1));
  return { entries, missing: [...expected.values()].map(({ path }) => path).sort() };
}

/** Returns all parent folders of the given paths. */
export function foldersOf(paths: Iterable<string>): Set<string> {
  const folders = new Set<string>();
  for (const path of paths) {
    for (let slash = path.lastIndexOf('/'); slash > 0; slash = path.lastIndexOf('/', slash - 1)) {
      const folder = path.slice(0, slash);
      if (folders.has(folder)) break;
      folders.add(folder);
    }
  }
  return folders;
}

interface FoundEntry {
  readonly path: string;
  readonly entry: Dirent;
}

/** Lists a folder and those of `folders` below it without following links. A root that does not exist is empty. */
async function listEntries(root: string, folders: ReadonlySet<string>, signal: AbortSignal): Promise<FoundEntry[]> {
  const found: FoundEntry[] = [];
  const queue = [''];
  for (let folder = queue.pop(); folder !== undefined; folder = queue.pop()) {
    signal.throwIfAborted();
    const entries = await readdir(join(root, folder), { withFileTypes: true }).catch((error: unknown) => {
      if (folder === '' && (error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw error;
    });
    for (const entry of entries) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory() && folders.has(path.normalize('NFC'))) queue.push(path);
      else found.push({ path, entry });
    }
  }
  return found;
}

/** Folds a path to the form in which the least case-sensitive file system compares it. */
export function foldPath(path: string): string {
  return path.split('/').map(foldCase).join('/');
}
