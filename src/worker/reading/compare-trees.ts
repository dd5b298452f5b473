import type { CID } from 'multiformats/cid';
import { LIMITS } from '../../shared/defaults.ts';
import type { FileChange, ReleaseFile } from '../../shared/model.ts';
import { mapConcurrently } from './tree-reader.ts';
import type { TreeReader } from './tree-reader.ts';
import { describeLink, folderLinks, joinPath, listFolder } from './read-folder.ts';
import type { TreeEntry } from './read-folder.ts';
import { invalidTreeError } from './tree-node.ts';
import type { FolderLink } from './tree-node.ts';

interface Folder {
  readonly path: string;
  readonly cid: CID;
}

/** A tree, or a folder of it, and where its blocks come from. */
export interface TreeSource {
  readonly reader: TreeReader;
  readonly cid: CID;
}

interface FolderPair {
  readonly path: string;
  readonly before: TreeSource;
  readonly after: TreeSource;
}

/**
 * All files below a folder, sorted by path.
 *
 * @throws GgenError as `listFolder`
 */
export async function listReleaseFiles(reader: TreeReader, root: CID, path = ''): Promise<ReleaseFile[]> {
  const files: ReleaseFile[] = [];
  let folders: readonly Folder[] = [{ path, cid: root }];
  while (folders.length > 0) {
    const lists = await mapConcurrently(folders, async (folder) => ({
      folder,
      entries: await listFolder(reader, folder.cid, folder.path),
    }));
    const inner: Folder[] = [];
    for (const { folder, entries } of lists) {
      for (const { name, kind, size, cid } of entries) {
        const full = joinPath(folder.path, name);
        if (kind === 'file') files.push({ path: full, size });
        else inner.push({ path: full, cid });
      }
    }
    if (files.length + inner.length > LIMITS.filesPerRelease)
      throw invalidTreeError(root, 'it has more files than it may have');
    folders = inner;
  }
  return files.sort(byPath);
}

/**
 * In which files two trees differ, by their CIDs: what is equal in both is not looked at, and no file's content is.
 *
 * @throws GgenError as `listFolder`
 */
export async function compareTrees(before: TreeSource, after: TreeSource): Promise<FileChange[]> {
  const changes: FileChange[] = [];
  let pairs: readonly FolderPair[] = [{ path: '', before, after }];
  while (pairs.length > 0) {
    const found = await mapConcurrently(pairs, compareFolders);
    changes.push(...found.flatMap((one) => one.changes));
    if (changes.length > 2 * LIMITS.filesPerRelease)
      throw invalidTreeError(after.cid, 'it has more files than it may have');
    pairs = found.flatMap((one) => one.inner);
  }
  return changes.sort(byPath);
}

async function compareFolders({
  path,
  before,
  after,
}: FolderPair): Promise<{ changes: FileChange[]; inner: FolderPair[] }> {
  if (before.cid.equals(after.cid)) return { changes: [], inner: [] };
  const oldLinks = byName(await folderLinks(before.reader, before.cid, path));
  const newLinks = byName(await folderLinks(after.reader, after.cid, path));
  const changes: FileChange[] = [];
  const inner: FolderPair[] = [];
  const names = [...new Set([...oldLinks.keys(), ...newLinks.keys()])];
  await mapConcurrently(names, async (name) => {
    const oldLink = oldLinks.get(name);
    const newLink = newLinks.get(name);
    if (oldLink !== undefined && newLink?.cid.equals(oldLink.cid) === true) return;
    const oldEntry = oldLink && (await describeLink(before.reader, oldLink));
    const newEntry = newLink && (await describeLink(after.reader, newLink));
    const full = joinPath(path, name);
    if (oldEntry?.kind === 'folder' && newEntry?.kind === 'folder') {
      inner.push({ path: full, before: { ...before, cid: oldEntry.cid }, after: { ...after, cid: newEntry.cid } });
    } else if (oldEntry?.kind === 'file' && newEntry?.kind === 'file') {
      changes.push({ path: full, kind: 'changed', before: oldEntry.size, after: newEntry.size });
    } else {
      for (const { path: removedPath, size } of await filesOf(before.reader, full, oldEntry))
        changes.push({ path: removedPath, kind: 'removed', before: size });
      for (const { path: addedPath, size } of await filesOf(after.reader, full, newEntry))
        changes.push({ path: addedPath, kind: 'added', after: size });
    }
  });
  return { changes, inner };
}

/** The entry itself, or everything below it. */
async function filesOf(reader: TreeReader, path: string, entry: TreeEntry | undefined): Promise<ReleaseFile[]> {
  if (entry === undefined) return [];
  return entry.kind === 'file' ? [{ path, size: entry.size }] : listReleaseFiles(reader, entry.cid, path);
}

function byName(links: readonly FolderLink[]): Map<string, FolderLink> {
  return new Map(links.map((link) => [link.name, link]));
}

function byPath(a: { readonly path: string }, b: { readonly path: string }): number {
  return a.path < b.path ? -1 : a.path > b.path ? 1 : 0;
}
