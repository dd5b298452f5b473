import type { CID } from 'multiformats/cid';
import { LIMITS } from '../../shared/defaults.ts';
import { GgenError, errorMessage } from '../../shared/errors.ts';
import { DAG_PB, RAW } from '../dag/codecs.ts';
import { decodeUnixFs, shardDigits } from '../dag/nodes.ts';
import type { Link, UnixFsNode } from '../dag/nodes.ts';

/** A stretch of a file that lies in a block of its own. */
export interface FilePart {
  readonly cid: CID;
  /** First byte within this node. */
  readonly offset: number;
  readonly size: number;
}

export interface FileNode {
  readonly kind: 'file';
  readonly size: number;
  /** Its first bytes, where they lie in the node itself. */
  readonly data: Uint8Array;
  readonly parts: readonly FilePart[];
}

export interface FolderLink {
  readonly name: string;
  readonly cid: CID;
  /** As this link says; of a raw block it is the file's size. */
  readonly size: number;
}

export interface FolderNode {
  readonly kind: 'folder';
  /** Of a sharded (HAMT) folder: characters of each link's name that are its place in the shard, not the entry's name. */
  readonly prefixLength: number | undefined;
  readonly links: readonly FolderLink[];
}

export type TreeNode = FileNode | FolderNode;

/** Whether a link leads to a file whose size the link says, so that the block need not be looked at. */
export function isLeaf(cid: CID): boolean {
  return cid.code === RAW;
}

/**
 * A verified block as a node of a plain UnixFS tree: files and folders, sharded ones included. Links, devices and every
 * other form are refused. Source: the UnixFS specification (specs.ipfs.tech/unixfs).
 *
 * @throws GgenError RecordInvalid
 */
export function decodeTreeNode(cid: CID, bytes: Uint8Array): TreeNode {
  if (cid.code === RAW) return { kind: 'file', size: bytes.byteLength, data: bytes, parts: [] };
  if (cid.code !== DAG_PB) throw invalidTreeError(cid, 'it is neither a UnixFS node nor raw bytes');
  const node = decodeNode(cid, bytes);
  const { data, links } = node;
  switch (data.type) {
    case 'file':
    case 'raw':
      return fileNode(cid, node);
    case 'directory':
      return { kind: 'folder', prefixLength: undefined, links: links.map((link) => folderLink(cid, link)) };
    case 'hamt-sharded-directory':
      return {
        kind: 'folder',
        prefixLength: shardPrefixLength(cid, data.fanout),
        links: links.map((link) => folderLink(cid, link)),
      };
    default:
      throw invalidTreeError(cid, `it is a ${data.type}`);
  }
}

function decodeNode(cid: CID, bytes: Uint8Array): UnixFsNode {
  try {
    return decodeUnixFs(bytes);
  } catch (error) {
    throw invalidTreeError(cid, errorMessage(error));
  }
}

function fileNode(cid: CID, { links, data: { data = new Uint8Array(), blockSizes } }: UnixFsNode): FileNode {
  if (links.length !== blockSizes.length) throw invalidTreeError(cid, 'the sizes of its parts do not match its links');
  let size = data.byteLength;
  const parts = links.map((link, index): FilePart => {
    const part = { cid: link.Hash, offset: size, size: Number(blockSizes[index]) };
    size += part.size;
    if (size > LIMITS.bytesPerRelease) throw invalidTreeError(cid, 'its claimed size exceeds the limit for packages');
    return part;
  });
  return { kind: 'file', size, data, parts };
}

function folderLink(cid: CID, { Name = '', Hash, Tsize = 0 }: Link): FolderLink {
  if (isLeaf(Hash) && Tsize > LIMITS.bytesPerRelease) {
    throw invalidTreeError(cid, 'it refers to a file that exceeds the size limit for packages');
  }
  return { name: Name, cid: Hash, size: Tsize };
}

function shardPrefixLength(cid: CID, fanout = 0n): number {
  if (fanout < 2n || fanout > 4096n) throw invalidTreeError(cid, `it is a shard with ${fanout} slots`);
  return shardDigits(fanout);
}

/** @param reason end of a sentence about the block */
export function invalidTreeError(cid: CID, reason: string): GgenError {
  return new GgenError('RecordInvalid', `The content of this package is not a plain tree of files: ${reason}.`, {
    details: { cid: cid.toString() },
  });
}
