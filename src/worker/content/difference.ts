import { exporter } from 'ipfs-unixfs-exporter';
import type { Blockstore } from 'interface-blockstore';
import type { CID } from 'multiformats/cid';
import { LIMITS } from '../../shared/defaults.ts';
import { GgenError } from '../../shared/errors.ts';
import type { ReleaseChanges } from '../../shared/model.ts';

const RAW = 0x55;

export interface TreeEntry {
  readonly cid: string;
  readonly size: number;
}

/**
 * Every file below a UnixFS directory, by its path. Only the blocks of directories and the first blocks of large files are
 * read: a file of one block says its size in its folder.
 *
 * @throws GgenError RecordInvalid; what the store throws for a block that it has not
 */
export async function treeEntries(
  root: CID,
  store: Pick<Blockstore, 'get'>,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, TreeEntry>> {
  const files = new Map<string, TreeEntry>();
  const folders = [{ cid: root, path: '', depth: 0 }];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    signal.throwIfAborted();
    const entry = await exporter(folder.cid, store, { signal });
    if (entry.type !== 'directory') {
      if (folder.path === '') throw tooStrange('its root is no directory');
      files.set(folder.path, { cid: folder.cid.toString(), size: Number(entry.size) });
      continue;
    }
    if (folder.depth > LIMITS.pathDepth) throw tooStrange('it is nested too deeply');
    for await (const { name, cid, size } of entry.entries({ signal })) {
      const path = folder.path === '' ? name : `${folder.path}/${name}`;
      if (cid.code === RAW) files.set(path, { cid: cid.toString(), size: Number(size) });
      else folders.push({ cid, path, depth: folder.depth + 1 });
      if (files.size + folders.length > 2 * LIMITS.filesPerRelease) throw tooStrange('it has too many files');
    }
  }
  return files;
}

/** What one tree changes in another: files are the same when their CIDs are. */
export function difference(
  since: string,
  before: ReadonlyMap<string, TreeEntry>,
  after: ReadonlyMap<string, TreeEntry>,
): ReleaseChanges {
  const added = [...after].filter(([path]) => !before.has(path));
  const removed = [...before].filter(([path]) => !after.has(path));
  const changed = [...after].flatMap(([path, { cid, size }]) => {
    const old = before.get(path);
    return old === undefined || old.cid === cid ? [] : [{ path, size, before: old.size }];
  });
  return {
    since,
    added: added.map(toFile).sort(byPath),
    changed: changed.sort(byPath),
    removed: removed.map(toFile).sort(byPath),
  };
}

function toFile([path, { size }]: readonly [string, TreeEntry]): { path: string; size: number } {
  return { path, size };
}

function byPath(a: { readonly path: string }, b: { readonly path: string }): number {
  return a.path < b.path ? -1 : a.path > b.path ? 1 : 0;
}

function tooStrange(why: string): GgenError {
  return new GgenError('RecordInvalid', `The content of the last release cannot be compared: ${why}.`);
}
