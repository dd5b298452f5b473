import type { CID } from 'multiformats/cid';
import { LIMITS } from '../../shared/limits.ts';
import { GgenError, errorMessage } from '../../shared/errors.ts';
import { DAG_PB, RAW } from '../dag/codecs.ts';
import { decodeUnixFs, isExecutable, shardDigits } from '../dag/nodes.ts';
import type { Link, UnixFsNode } from '../dag/nodes.ts';

/** A part of a file that is a block of its own. */
export interface FilePart {
  readonly cid: CID;
  /** Offset of its first byte in the parent node. */
  readonly offset: number;
  readonly size: number;
}

export interface FileNode {
  readonly kind: 'file';
  readonly size: number;
  /** The first bytes of the file, which the node itself contains; may be empty. */
  readonly data: Uint8Array;
  readonly parts: readonly FilePart[];
  readonly executable: boolean;
}

export interface FolderLink {
  readonly name: string;
  readonly cid: CID;
  /** Size as the link claims; for a raw block, the size of the file. */
  readonly size: number;
}

export interface FolderNode {
  readonly kind: 'folder';
  /** For a sharded (HAMT) folder, the length of the shard prefix of each link's name; otherwise undefined. */
  readonly prefixLength: number | undefined;
  readonly links: readonly FolderLink[];
}

export type TreeNode = FileNode | FolderNode;

/** Whether a link's target is a file whose size the link tells, so that its block need not be read. */
export function isLeaf(cid: CID): boolean {
  return cid.code === RAW;
}

/**
 * Decodes a verified block as a file or folder, which may be sharded. Symbolic links, devices and all other types are
 * refused. Source: the UnixFS specification (specs.ipfs.tech/unixfs).
 *
 * @throws GgenError RecordInvalid
 */
export function decodeTreeNode(cid: CID, bytes: Uint8Array): TreeNode {
  if (cid.code === RAW) return { kind: 'file', size: bytes.byteLength, data: bytes, parts: [], executable: false };
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

function fileNode(cid: CID, { links, data: unixFs }: UnixFsNode): FileNode {
  const { data = new Uint8Array(), blockSizes } = unixFs;
  if (links.length !== blockSizes.length) throw invalidTreeError(cid, 'the sizes of its parts do not match its links');
  let size = data.byteLength;
  const parts = links.map((link, index): FilePart => {
    const part = { cid: link.Hash, offset: size, size: Number(blockSizes[index]) };
    size += part.size;
    if (size > LIMITS.bytesPerRelease) throw invalidTreeError(cid, 'its claimed size exceeds the limit for packages');
    return part;
  });
  return { kind: 'file', size, data, parts, executable: isExecutable(unixFs) };
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

/** @param reason a clause about the block, without the period */
export function invalidTreeError(cid: CID, reason: string): GgenError {
  return new GgenError('RecordInvalid', `The content of this package is not a plain tree of files: ${reason}.`, {
    details: { cid: cid.toString() },
  });
}
