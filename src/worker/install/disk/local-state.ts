import { readdir } from 'node:fs/promises';
import type { Dirent } from 'node:fs';
import { join } from 'node:path';
import { foldCase } from '../../paths/path-safety.ts';
import { fileMatchesCid } from './compare-file.ts';
import type { GetBlock, TreeFile } from './tree-files.ts';

/** An entry of an installed folder, as it stands against its release. */
export interface LocalEntry {
  /** With forward slashes; that of a folder which is not part of the release ends with one. */
  readonly path: string;
  /** `same`: what the release holds. `changed`: a file of the release with other content, or a link in its place. */
  readonly state: 'same' | 'changed' | 'extra';
}

export interface LocalState {
  /** In the order of their paths. Folders that are not part of the release stand for all that they hold. */
  readonly entries: readonly LocalEntry[];
  /** Files of the release that are not there. */
  readonly missing: readonly string[];
}

/** Files compared at the same time. */
const MAX_CONCURRENT_COMPARES = 8;

export interface CompareOptions {
  readonly get: GetBlock;
  readonly signal: AbortSignal;
  /** Folders that are looked into although the release does not have them. */
  readonly extraFolders?: ReadonlySet<string>;
  readonly onFile?: () => void;
}

/**
 * Compare a folder with the files of a release, every one by its content. Names are compared in the form NFC, because macOS
 * may hand them out in another one than they were written in.
 *
 * @throws Node's error when a folder or file cannot be read; what `get` throws
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
  const compare = async (): Promise<void> => {
    for (const { path, entry } of queue) {
      signal.throwIfAborted();
      const file = expected.get(path.normalize('NFC'));
      if (file === undefined) entries.push({ path: entry.isDirectory() ? `${path}/` : path, state: 'extra' });
      else {
        const same = entry.isFile() && (await fileMatchesCid(join(folder, path), file.cid, get, signal));
        entries.push({ path: entry.isDirectory() ? `${path}/` : path, state: same ? 'same' : 'changed' });
        expected.delete(path.normalize('NFC'));
        onFile();
      }
    }
  };
  await Promise.all(Array.from({ length: MAX_CONCURRENT_COMPARES }, compare));
  entries.sort((a, b) => (a.path < b.path ? -1 : 1));
  return { entries, missing: [...expected.values()].map(({ path }) => path).sort() };
}

/** Every folder above one of these paths. */
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

/** What is in a folder and in those below it that are named; links are not followed. A folder that is absent is empty. */
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

/** A path as the least distinguishing file system sees it. */
export function foldPath(path: string): string {
  return path.split('/').map(foldCase).join('/');
}
