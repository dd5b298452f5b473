import type { CID } from 'multiformats/cid';
import { LIMITS } from '../../../shared/limits.ts';
import { GgenError, errorMessage } from '../../../shared/errors.ts';
import { walkTree } from '../../blocks/walk-tree.ts';
import { DAG_PB, RAW } from '../../dag/codecs.ts';
import { decodeUnixFs, isExecutable, shardDigits } from '../../dag/nodes.ts';
import type { UnixFsNode } from '../../dag/nodes.ts';
import { MAX_TREE_DEPTH } from '../../transfer/tree-limits.ts';

/** Reads a block. The implementation decides whether it hashes the bytes. */
export type GetBlock = (cid: CID) => Promise<Uint8Array>;

/** A file of a release: its path and its content. */
export interface TreeFile {
  /** Relative to the release's root, with forward slashes. Untrusted until `checkTree` has checked all paths. */
  readonly path: string;
  readonly cid: CID;
  readonly executable: boolean;
}

/** Directories visited. Bounds hostile trees whose directories link to one another many times. */
const MAX_DIRECTORIES = 4 * LIMITS.filesPerRelease;

/** A place in the tree whose block is read next. */
interface TreePosition {
  readonly cid: CID;
  /** Path of a file; of a directory, the prefix of its entries' paths: empty, or ending with a slash. */
  readonly path: string;
  readonly depth: number;
  /** `shard`: a part of a large (HAMT) directory. */
  readonly role: 'root' | 'shard' | 'entry';
}

/**
 * Lists all files below a UnixFS directory, depth first. Reads only directories and the root nodes of files of several
 * blocks. Rejects symbolic links and every other type. Source: https://specs.ipfs.tech/unixfs/
 *
 * @throws GgenError UnsafePath, RecordInvalid, and the errors of `get`
 */
export async function listTreeFiles(root: CID, get: GetBlock, signal: AbortSignal): Promise<TreeFile[]> {
  const files: TreeFile[] = [];
  let directories = 0;
  const walk = walkTree<TreePosition, UnixFsNode | undefined>([{ cid: root, path: '', depth: 0, role: 'root' }], {
    read: async ({ cid, role }) => {
      if (cid.code === RAW || (role !== 'entry' && cid.code !== DAG_PB)) return undefined;
      return decodeUnixFsNode(cid, await get(cid));
    },
    expand: (position, node) => {
      if (isFile(position, node)) return [];
      if (++directories > MAX_DIRECTORIES || position.depth > MAX_TREE_DEPTH)
        throw invalidContentError('has too many directories');
      return directoryEntries(position, node);
    },
    signal,
  });
  for await (const { step, value } of walk) {
    if (!isFile(step, value)) continue;
    files.push({ path: step.path, cid: step.cid, executable: value !== undefined && isExecutable(value.data) });
    if (files.length > LIMITS.filesPerRelease)
      throw invalidContentError(`has more than ${LIMITS.filesPerRelease} files`);
  }
  return files;
}

function isFile({ cid, role }: TreePosition, node: UnixFsNode | undefined): boolean {
  if (role !== 'entry') return false;
  return cid.code === RAW || node?.data.type === 'file' || node?.data.type === 'raw';
}

function directoryEntries({ path, depth, role }: TreePosition, node: UnixFsNode | undefined): TreePosition[] {
  const type = node?.data.type;
  if (node === undefined || (type !== 'directory' && type !== 'hamt-sharded-directory')) {
    if (role !== 'entry') throw invalidContentError('is not a directory');
    throw new GgenError('UnsafePath', `'${path}' is neither a file nor a directory. Nothing was installed.`, {
      details: { path },
    });
  }
  if (role === 'shard' && type !== 'hamt-sharded-directory')
    throw invalidContentError('has an invalid sharded directory');
  const prefix = role === 'entry' ? `${path}/` : path;
  const digits = type === 'directory' ? 0 : shardDigits(node.data.fanout ?? 256n);
  return node.links.map(({ Name = '', Hash }) => {
    const name = Name.slice(digits);
    const isShard = digits > 0 && name === '';
    return { cid: Hash, path: prefix + name, depth: depth + 1, role: isShard ? 'shard' : 'entry' };
  });
}

/** @throws GgenError RecordInvalid */
export function decodeUnixFsNode(cid: CID, bytes: Uint8Array): UnixFsNode {
  if (cid.code !== DAG_PB) throw invalidContentError('has a block that is neither a UnixFS node nor raw bytes');
  try {
    return decodeUnixFs(bytes);
  } catch (cause) {
    throw invalidContentError(`has a block that is not a UnixFS node (${errorMessage(cause)})`, cause);
  }
}

function invalidContentError(what: string, cause?: unknown): GgenError {
  return new GgenError('RecordInvalid', `The content of the release ${what}. Nothing was installed.`, { cause });
}
