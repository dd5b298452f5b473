import { walkPath } from 'ipfs-unixfs-exporter';
import type { CID } from 'multiformats/cid';
import { LIMITS } from '../../shared/limits.ts';
import { GgenError, errorName } from '../../shared/errors.ts';
import { checkPath } from '../paths/path-safety.ts';
import { walkTree } from '../blocks/walk-tree.ts';
import { MAX_CONCURRENCY, mapConcurrently } from './tree-reader.ts';
import type { TreeReader } from './tree-reader.ts';
import { decodeTreeNode, isLeaf, invalidTreeError } from './tree-node.ts';
import type { FolderLink, FolderNode, TreeNode } from './tree-node.ts';

/** Maximum depth of nested shards. With the usual fan-out of 256, the hash of a name fills eight levels. */
const MAX_SHARD_DEPTH = 16;
/** Maximum number of blocks, and of their bytes, that finding one name in a sharded folder reads. */
const MAX_SHARD_LOOKUP = { blocks: MAX_SHARD_DEPTH, bytes: 8 * 1024 * 1024 };

/** A file or folder of a tree, with the CID of its content. */
export interface TreeEntry extends FolderLink {
  readonly kind: 'file' | 'folder';
  readonly executable: boolean;
}

/**
 * The entries of a folder, which may be sharded, in the order of the tree. Names that cannot be installed are refused.
 *
 * @param path of the folder, for checking the paths of its entries and for messages
 * @throws GgenError RecordInvalid, UnsafePath, FileNotFound (it is a file), and as `TreeReader.get`
 */
export async function folderLinks(reader: TreeReader, cid: CID, path: string): Promise<readonly FolderLink[]> {
  const node = await reader.node(cid);
  if (node.kind !== 'folder') {
    if (path === '') throw invalidTreeError(cid, 'it is not a directory');
    throw new GgenError('FileNotFound', `'${path}' is a file, not a folder.`, { details: { path } });
  }
  reader.countEntries(node.links.length);
  const links = node.prefixLength === undefined ? node.links : await shardLinks(reader, cid, node);
  if (links.length > LIMITS.filesPerRelease) throw invalidTreeError(cid, `'${path}' has more entries than allowed`);
  const names = new Set<string>();
  for (const { name } of links) {
    const full = joinPath(path, name);
    const unsafe = name.includes('/') ? 'has a slash in a name' : checkPath(full);
    if (unsafe !== undefined || names.has(name)) throw unsafePathError(full, unsafe ?? 'is listed twice');
    names.add(name);
  }
  return links;
}

/** Kind and size of a link's target. The link of a raw block tells both; other blocks are read. */
export async function describeLink(reader: TreeReader, link: FolderLink): Promise<TreeEntry> {
  if (isLeaf(link.cid)) return { ...link, kind: 'file', executable: false };
  const node = await reader.node(link.cid);
  if (node.kind === 'folder') return { ...link, kind: 'folder', size: 0, executable: false };
  return { ...link, kind: 'file', size: node.size, executable: node.executable };
}

/** @throws GgenError as `folderLinks` */
export async function listFolder(reader: TreeReader, cid: CID, path: string): Promise<TreeEntry[]> {
  return mapConcurrently(await folderLinks(reader, cid, path), (link) => describeLink(reader, link));
}

/**
 * Finds a path below a root. It reads only the folders on the path.
 *
 * @throws GgenError FileNotFound, RecordInvalid, UnsafePath, and as `TreeReader.get`
 */
export async function findEntry(reader: TreeReader, root: CID, path: string): Promise<TreeEntry> {
  const unsafe = path === '' ? undefined : checkPath(path);
  if (unsafe !== undefined) throw unsafePathError(path, unsafe);
  let link: FolderLink = { name: '', cid: root, size: 0 };
  for (const name of path === '' ? [] : path.split('/')) {
    const node = isLeaf(link.cid) ? undefined : await reader.node(link.cid);
    const next = node?.kind === 'folder' ? await findLink(reader, link.cid, node, name) : undefined;
    if (next === undefined) throw fileNotFoundError(path);
    link = next;
  }
  return describeLink(reader, link);
}

export function fileNotFoundError(path: string): GgenError {
  return new GgenError('FileNotFound', `The release has no file or folder '${path}'.`, { details: { path } });
}

export function joinPath(folder: string, name: string): string {
  return folder === '' ? name : `${folder}/${name}`;
}

async function findLink(reader: TreeReader, cid: CID, node: FolderNode, name: string): Promise<FolderLink | undefined> {
  if (node.prefixLength === undefined) return node.links.find((link) => link.name === name);
  return findInShards(reader, cid, name);
}

/**
 * Finds a name in a sharded folder. The hash of the name determines its shard: only the shards on the way to it are
 * read.
 */
async function findInShards(reader: TreeReader, cid: CID, name: string): Promise<FolderLink | undefined> {
  let remaining = { ...MAX_SHARD_LOOKUP };
  let last: { readonly cid: CID; readonly bytes: Uint8Array } | undefined;
  const get = async function* (shard: CID): AsyncGenerator<Uint8Array> {
    const bytes = await reader.get(shard);
    remaining = { blocks: remaining.blocks - 1, bytes: remaining.bytes - bytes.byteLength };
    if (remaining.blocks < 0 || remaining.bytes < 0) throw invalidTreeError(shard, 'its shards are nested too deeply');
    last = { cid: shard, bytes };
    yield bytes;
  };
  try {
    const steps = walkPath(`${cid.toString()}/${name}`, { get }, { signal: reader.signal });
    for (let step = await steps.next(); step.done !== true; step = await steps.next());
  } catch (error) {
    reader.signal.throwIfAborted();
    if (errorName(error) === 'NotFoundError') return undefined;
    throw error instanceof GgenError ? error : invalidTreeError(cid, 'its shards are invalid');
  }
  const node = last === undefined ? undefined : decodeTreeNode(last.cid, last.bytes);
  if (node?.kind !== 'folder' || node.prefixLength === undefined) return undefined;
  const { prefixLength } = node;
  const link = node.links.find((one) => one.name.slice(prefixLength) === name);
  return link === undefined ? undefined : { ...link, name };
}

/** A shard of a folder whose node is read next, or is known already. */
interface ShardStep {
  readonly cid: CID;
  readonly depth: number;
  readonly node?: FolderNode;
}

/** The entries of a sharded folder, in the order of its shards. */
async function shardLinks(reader: TreeReader, rootCid: CID, root: FolderNode): Promise<FolderLink[]> {
  const found: FolderLink[] = [];
  let pendingShards = 1;
  const walk = walkTree<ShardStep, FolderNode>([{ cid: rootCid, depth: 0, node: root }], {
    order: 'breadth-first',
    readAhead: () => MAX_CONCURRENCY,
    read: ({ cid, node }) => node ?? readShard(reader, cid),
    expand: ({ depth }, { links, prefixLength }) =>
      links.filter(({ name }) => name.length === prefixLength).map(({ cid }) => ({ cid, depth: depth + 1 })),
    signal: reader.signal,
  });
  for await (const { step, value } of walk) {
    const { links, prefixLength = 0 } = value;
    const entries = links.filter(({ name }) => name.length !== prefixLength);
    for (const link of entries) found.push({ ...link, name: link.name.slice(prefixLength) });
    pendingShards += links.length - entries.length - 1;
    const hasTooMany = found.length > LIMITS.filesPerRelease || pendingShards > LIMITS.filesPerRelease;
    if (pendingShards > 0 && (hasTooMany || step.depth > MAX_SHARD_DEPTH)) {
      throw invalidTreeError(step.cid, 'a sharded folder has more entries than allowed');
    }
  }
  return found;
}

async function readShard(reader: TreeReader, cid: CID): Promise<FolderNode> {
  const shard = asShard(cid, await reader.node(cid));
  reader.countEntries(shard.links.length);
  return shard;
}

function asShard(cid: CID, node: TreeNode): FolderNode {
  if (node.kind === 'folder' && node.prefixLength !== undefined) return node;
  throw invalidTreeError(cid, 'a shard of a folder is invalid');
}

function unsafePathError(path: string, reason: string): GgenError {
  return new GgenError('UnsafePath', `The path ${JSON.stringify(path.slice(0, 200))} of this package ${reason}.`, {
    details: { path: path.slice(0, 200) },
  });
}
