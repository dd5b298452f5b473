import type { CID } from 'multiformats/cid';
import { LIMITS } from '../../shared/limits.ts';
import type { FileChange, ReleaseFile } from '../../shared/model.ts';
import { walkTree } from '../blocks/walk-tree.ts';
import { MAX_CONCURRENCY, mapConcurrently } from './tree-reader.ts';
import type { TreeReader } from './tree-reader.ts';
import { describeLink, folderLinks, joinPath, listFolder } from './read-folder.ts';
import type { TreeEntry } from './read-folder.ts';
import { invalidTreeError, isLeaf } from './tree-node.ts';
import type { FolderLink } from './tree-node.ts';

interface Folder {
  readonly path: string;
  readonly cid: CID;
}

/** A tree or folder, and the reader of its blocks. */
export interface TreeSource {
  readonly reader: TreeReader;
  readonly cid: CID;
}

interface FolderPair {
  readonly path: string;
  readonly before: TreeSource;
  readonly after: TreeSource;
}

/** What differs directly in two folders of one path, and the folders below that are in both. */
interface FolderDifference {
  readonly changes: readonly FileChange[];
  readonly folders: readonly FolderPair[];
}

/**
 * All files below a folder, sorted by path.
 *
 * @throws GgenError as `listFolder`
 */
export async function listReleaseFiles(reader: TreeReader, root: CID, path = ''): Promise<ReleaseFile[]> {
  const files: ReleaseFile[] = [];
  /** Folders that are named and not read yet. Each holds at least one file, or the tree is hostile. */
  let pendingFolders = 1;
  const walk = walkTree<Folder, readonly TreeEntry[]>([{ path, cid: root }], {
    order: 'breadth-first',
    readAhead: () => MAX_CONCURRENCY,
    read: (folder) => listFolder(reader, folder.cid, folder.path),
    expand: (folder, entries) =>
      entries.flatMap(({ name, kind, cid }) => (kind === 'folder' ? [{ path: joinPath(folder.path, name), cid }] : [])),
    signal: reader.signal,
  });
  for await (const { step: folder, value: entries } of walk) {
    pendingFolders--;
    for (const entry of entries) {
      if (entry.kind === 'file') files.push(releaseFile(joinPath(folder.path, entry.name), entry));
      else pendingFolders++;
    }
    if (files.length + pendingFolders > LIMITS.filesPerRelease)
      throw invalidTreeError(root, 'it has more files than allowed');
  }
  return files.sort(byPath);
}

/**
 * The files in which two trees differ, sorted by path. Folders are compared by their CIDs: equal ones are not read, and
 * neither is the content of any file.
 *
 * @throws GgenError as `listFolder`
 */
export async function compareTrees(before: TreeSource, after: TreeSource): Promise<FileChange[]> {
  const changes: FileChange[] = [];
  const walk = walkTree<FolderPair, FolderDifference>([{ path: '', before, after }], {
    order: 'breadth-first',
    readAhead: () => MAX_CONCURRENCY,
    read: compareFolders,
    expand: (_pair, { folders }) => folders,
    signal: after.reader.signal,
  });
  for await (const { value } of walk) {
    changes.push(...value.changes);
    if (changes.length > 2 * LIMITS.filesPerRelease)
      throw invalidTreeError(after.cid, 'it has more files than allowed');
  }
  return changes.sort(byPath);
}

async function compareFolders({ path, before, after }: FolderPair): Promise<FolderDifference> {
  if (before.cid.equals(after.cid)) return { changes: [], folders: [] };
  const oldLinks = byName(await folderLinks(before.reader, before.cid, path));
  const newLinks = byName(await folderLinks(after.reader, after.cid, path));
  const names = [...new Set([...oldLinks.keys(), ...newLinks.keys()])];
  const differences = await mapConcurrently(names, async (name): Promise<FolderDifference> => {
    const oldLink = oldLinks.get(name);
    const newLink = newLinks.get(name);
    if (oldLink !== undefined && newLink?.cid.equals(oldLink.cid) === true) return { changes: [], folders: [] };
    return compareEntries(
      joinPath(path, name),
      { reader: before.reader, entry: oldLink && (await describeLink(before.reader, oldLink)) },
      { reader: after.reader, entry: newLink && (await describeLink(after.reader, newLink)) },
    );
  });
  return {
    changes: differences.flatMap(({ changes }) => changes),
    folders: differences.flatMap(({ folders }) => folders),
  };
}

/** What one tree has under a name; undefined where it has nothing. */
interface EntrySide {
  readonly reader: TreeReader;
  readonly entry: TreeEntry | undefined;
}

async function compareEntries(path: string, before: EntrySide, after: EntrySide): Promise<FolderDifference> {
  const { entry: oldEntry } = before;
  const { entry: newEntry } = after;
  if (oldEntry?.kind === 'folder' && newEntry?.kind === 'folder') {
    const pair = {
      path,
      before: { reader: before.reader, cid: oldEntry.cid },
      after: { reader: after.reader, cid: newEntry.cid },
    };
    return { changes: [], folders: [pair] };
  }
  if (oldEntry?.kind === 'file' && newEntry?.kind === 'file') {
    const change = await compareFiles(before.reader, oldEntry, after.reader, newEntry);
    return { changes: [{ path, ...change }], folders: [] };
  }
  const removed = await filesOf(path, before);
  const added = await filesOf(path, after);
  return {
    changes: [
      ...removed.map((file): FileChange => ({ path: file.path, kind: 'removed', before: file.size })),
      ...added.map((file): FileChange => ({
        path: file.path,
        kind: 'added',
        after: file.size,
        ...(file.executable === true ? { executable: true } : {}),
      })),
    ],
    folders: [],
  };
}

async function compareFiles(
  oldReader: TreeReader,
  oldFile: TreeEntry,
  newReader: TreeReader,
  newFile: TreeEntry,
): Promise<Omit<FileChange, 'path'>> {
  const sizes = { before: oldFile.size, after: newFile.size };
  const { executable } = newFile;
  if (executable === oldFile.executable) return { kind: 'changed', ...sizes };
  const hasSameContent =
    oldFile.size === newFile.size &&
    (oldFile.size === 0 ||
      (await contentParts(oldReader, oldFile.cid)) === (await contentParts(newReader, newFile.cid)));
  return { kind: hasSameContent ? 'mode' : 'changed', ...sizes, executable };
}

/** The CIDs of a file's parts: equal for an executable file and the plain one of the same content. */
async function contentParts(reader: TreeReader, cid: CID): Promise<string> {
  if (isLeaf(cid)) return cid.toString();
  const node = await reader.node(cid);
  if (node.kind === 'folder' || node.data.length > 0) return cid.toString();
  return node.parts.map((part) => part.cid.toString()).join();
}

function releaseFile(path: string, { size, executable }: Pick<TreeEntry, 'size' | 'executable'>): ReleaseFile {
  return executable ? { path, size, executable } : { path, size };
}

/** The entry itself, or every file below it. */
async function filesOf(path: string, { reader, entry }: EntrySide): Promise<ReleaseFile[]> {
  if (entry === undefined) return [];
  return entry.kind === 'file' ? [releaseFile(path, entry)] : listReleaseFiles(reader, entry.cid, path);
}

function byName(links: readonly FolderLink[]): Map<string, FolderLink> {
  return new Map(links.map((link) => [link.name, link]));
}

function byPath(a: { readonly path: string }, b: { readonly path: string }): number {
  return a.path < b.path ? -1 : a.path > b.path ? 1 : 0;
}
