import type { CID } from 'multiformats/cid';
import { LIMITS } from '../../shared/defaults.ts';
import type { FileChange, ReleaseFile } from '../../shared/model.ts';
import { inParallel } from './block-reader.ts';
import type { BlockReader } from './block-reader.ts';
import { describeLink, folderLinks, join, listFolder } from './folder.ts';
import type { TreeEntry } from './folder.ts';
import { notPlain } from './tree-node.ts';
import type { FolderLink } from './tree-node.ts';

interface Folder {
  readonly path: string;
  readonly cid: CID;
}

/** A tree, or a folder of it, and where its blocks come from. */
export interface ReadTree {
  readonly reader: BlockReader;
  readonly cid: CID;
}

interface FolderPair {
  readonly path: string;
  readonly before: ReadTree;
  readonly after: ReadTree;
}

/**
 * All files below a folder, sorted by path.
 *
 * @throws GgenError as `listFolder`
 */
export async function listFiles(reader: BlockReader, root: CID, path = ''): Promise<ReleaseFile[]> {
  const files: ReleaseFile[] = [];
  let folders: readonly Folder[] = [{ path, cid: root }];
  while (folders.length > 0) {
    const lists = await inParallel(folders, async (folder) => ({
      folder,
      entries: await listFolder(reader, folder.cid, folder.path),
    }));
    const inner: Folder[] = [];
    for (const { folder, entries } of lists) {
      for (const { name, kind, size, cid } of entries) {
        const full = join(folder.path, name);
        if (kind === 'file') files.push({ path: full, size });
        else inner.push({ path: full, cid });
      }
    }
    if (files.length + inner.length > LIMITS.filesPerRelease)
      throw notPlain(root, 'it has more files than it may have');
    folders = inner;
  }
  return files.sort(byPath);
}

/**
 * In which files two trees differ, by their CIDs: what is equal in both is not looked at, and no file's content is.
 *
 * @throws GgenError as `listFolder`
 */
export async function compareTrees(before: ReadTree, after: ReadTree): Promise<FileChange[]> {
  const changes: FileChange[] = [];
  let pairs: readonly FolderPair[] = [{ path: '', before, after }];
  while (pairs.length > 0) {
    const found = await inParallel(pairs, compareFolders);
    changes.push(...found.flatMap((one) => one.changes));
    if (changes.length > 2 * LIMITS.filesPerRelease) throw notPlain(after.cid, 'it has more files than it may have');
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
  const old = byName(await folderLinks(before.reader, before.cid, path));
  const now = byName(await folderLinks(after.reader, after.cid, path));
  const changes: FileChange[] = [];
  const inner: FolderPair[] = [];
  const names = [...new Set([...old.keys(), ...now.keys()])];
  await inParallel(names, async (name) => {
    const was = old.get(name);
    const is = now.get(name);
    if (was !== undefined && is?.cid.equals(was.cid) === true) return;
    const from = was && (await describeLink(before.reader, was));
    const to = is && (await describeLink(after.reader, is));
    const full = join(path, name);
    if (from?.kind === 'folder' && to?.kind === 'folder') {
      inner.push({ path: full, before: { ...before, cid: from.cid }, after: { ...after, cid: to.cid } });
    } else if (from?.kind === 'file' && to?.kind === 'file') {
      changes.push({ path: full, kind: 'changed', before: from.size, after: to.size });
    } else {
      for (const { path: gone, size } of await filesOf(before.reader, full, from))
        changes.push({ path: gone, kind: 'removed', before: size });
      for (const { path: come, size } of await filesOf(after.reader, full, to))
        changes.push({ path: come, kind: 'added', after: size });
    }
  });
  return { changes, inner };
}

/** The entry itself, or everything below it. */
async function filesOf(reader: BlockReader, path: string, entry: TreeEntry | undefined): Promise<ReleaseFile[]> {
  if (entry === undefined) return [];
  return entry.kind === 'file' ? [{ path, size: entry.size }] : listFiles(reader, entry.cid, path);
}

function byName(links: readonly FolderLink[]): Map<string, FolderLink> {
  return new Map(links.map((link) => [link.name, link]));
}

function byPath(a: { readonly path: string }, b: { readonly path: string }): number {
  return a.path < b.path ? -1 : a.path > b.path ? 1 : 0;
}
